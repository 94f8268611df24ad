import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The plain stock movements that were applied, by the identity of their record: topic-partition-offset-timestamp. */
export class Movements1763700000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE movements (
        id VARCHAR(300) NOT NULL PRIMARY KEY,
        product_id VARCHAR(64) NOT NULL,
        qty INT NOT NULL,
        created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
      ) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE movements');
  }
}
