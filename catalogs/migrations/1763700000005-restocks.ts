import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The restocks that were applied. A key is its admin's own: two admins who choose the same key mean two restocks. */
export class Restocks1763700000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE restocks (
        user_id VARCHAR(64) NOT NULL,
        idempotency_key VARCHAR(64) NOT NULL,
        product_id VARCHAR(64) NOT NULL,
        qty INT NOT NULL,
        created_at DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        PRIMARY KEY (user_id, idempotency_key)
      ) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE restocks');
  }
}
