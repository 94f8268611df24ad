import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The replica of catalogs' products, written by the connector `orders-products-sink` alone; orders reads prices. */
export class Products1763600000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE products (
        id VARCHAR(64) NOT NULL PRIMARY KEY,
        name VARCHAR(200) NOT NULL,
        unit_price BIGINT NOT NULL,
        created_at DATETIME(3) NOT NULL,
        updated_at DATETIME(3) NOT NULL
      ) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE products');
  }
}
