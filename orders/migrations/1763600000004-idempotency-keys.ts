import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Orders claimed by an idempotency key: the whole order, the client's raw input, and whether it was appended. */
export class IdempotencyKeys1763600000004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_keys (
        user_id VARCHAR(64) NOT NULL,
        idempotency_key VARCHAR(64) NOT NULL,
        order_id VARCHAR(64) NOT NULL,
        product_id VARCHAR(64) NOT NULL,
        qty INT NOT NULL,
        expected_unit_price BIGINT NULL,
        unit_price BIGINT NOT NULL,
        total_price BIGINT NOT NULL,
        placed_at DATETIME(3) NOT NULL,
        appended BOOLEAN NOT NULL DEFAULT FALSE,
        PRIMARY KEY (user_id, idempotency_key)
      ) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys');
  }
}
