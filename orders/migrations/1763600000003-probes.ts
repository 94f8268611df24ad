import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Where the sink writes the topic `orders.probes`: envelopes by which an operator proves that the pipe from topic to
 * table works, without an order that nobody placed. Columns as in `orders`.
 */
export class Probes1763600000003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE probes (
        order_id VARCHAR(64) NOT NULL PRIMARY KEY,
        user_id VARCHAR(64) NOT NULL,
        product_id VARCHAR(64) NOT NULL,
        qty INT NOT NULL,
        unit_price BIGINT NOT NULL,
        total_price BIGINT NOT NULL,
        status VARCHAR(16) NOT NULL DEFAULT 'PENDING',
        reason VARCHAR(64) NULL,
        created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        updated_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
      ) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE probes');
  }
}
