import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The counts of a product, apart from its name and price, so that selling does not flood the price replica.
 * The constraints state what holds at any time: nothing is negative, nothing appears or disappears, and every count
 * fits a GraphQL Int.
 */
export class Stock1763700000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE stock (
        product_id VARCHAR(64) NOT NULL PRIMARY KEY,
        initial INT NOT NULL,
        restocked INT NOT NULL DEFAULT 0,
        available INT NOT NULL,
        reserved INT NOT NULL DEFAULT 0,
        sold INT NOT NULL DEFAULT 0,
        moved INT NOT NULL DEFAULT 0,
        CONSTRAINT stock_of_product FOREIGN KEY (product_id) REFERENCES products (id) ON DELETE CASCADE,
        CONSTRAINT counts_are_not_negative CHECK (
          initial >= 0 AND restocked >= 0 AND available >= 0 AND reserved >= 0 AND sold >= 0 AND moved >= 0),
        CONSTRAINT counts_fit_int CHECK (initial + restocked <= 2147483647),
        CONSTRAINT nothing_is_lost CHECK (
          initial + restocked = available + reserved + sold + moved)
      ) DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_nopad_bin`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE stock');
  }
}
