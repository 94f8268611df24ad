import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The orders, written by the sink connector alone. Envelopes come at least once and, from an instance that stalled or
 * from a replay, late; the trigger keeps the order of things: a status moves only forwards, and reason and time of
 * the last change go with it. When an order was placed never changes: lists are ordered by it.
 */
export class Orders1763600000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE orders (
        id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        order_id VARCHAR(64) NOT NULL,
        user_id VARCHAR(64) NOT NULL,
        product_id VARCHAR(64) NOT NULL,
        qty INT NOT NULL,
        unit_price BIGINT NOT NULL,
        total_price BIGINT NOT NULL,
        status VARCHAR(16) NOT NULL DEFAULT 'PENDING',
        reason VARCHAR(64) NULL,
        created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        UNIQUE KEY orders_by_order_id (order_id),
        KEY orders_by_user (user_id, created_at, order_id),
        KEY orders_by_time (created_at, order_id)
      ) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin`);
    await runner.query(`
      CREATE TRIGGER orders_status BEFORE UPDATE ON orders FOR EACH ROW
      BEGIN
        SET NEW.created_at = OLD.created_at;
        IF NOT (
          (OLD.status = 'PENDING' AND NEW.status IN ('CONFIRMED', 'REJECTED', 'CANCELLED'))
          OR (OLD.status = 'CONFIRMED' AND NEW.status = 'CANCELLED')
        ) THEN
          SET NEW.status = OLD.status, NEW.reason = OLD.reason, NEW.updated_at = OLD.updated_at;
        END IF;
      END`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE orders');
  }
}
