import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The outbox through which others learn of reservations. It is always empty: rows are inserted and deleted in the
 * transaction that changes the reservation, and read from the binlog.
 */
export class Outbox1763700000006 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE IF NOT EXISTS outbox (
        id VARCHAR(64) NOT NULL PRIMARY KEY,
        type VARCHAR(64) NOT NULL,
        aggregate_id VARCHAR(64) NOT NULL,
        payload LONGTEXT NOT NULL,
        traceparent VARCHAR(64) NULL,
        created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
      ) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS outbox');
  }
}
