import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * One row per order, whatever the outcome: the inbox and the state in one. No foreign key: an order of a product
 * that does not exist is recorded too, as REJECTED.
 */
export class Reservations1763700000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE reservations (
        order_id VARCHAR(64) NOT NULL PRIMARY KEY,
        product_id VARCHAR(64) NOT NULL,
        user_id VARCHAR(64) NOT NULL,
        qty INT NOT NULL,
        unit_price BIGINT NOT NULL,
        total_price BIGINT NOT NULL,
        placed_at DATETIME(3) NOT NULL,
        status VARCHAR(16) NOT NULL,
        reason VARCHAR(32) NULL,
        created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
        KEY reservations_by_product (product_id, status),
        CONSTRAINT status_is_known CHECK (status IN ('RESERVED', 'REJECTED', 'SOLD', 'RELEASED')),
        CONSTRAINT total_is_the_product CHECK (total_price = qty * unit_price)
      ) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE reservations');
  }
}
