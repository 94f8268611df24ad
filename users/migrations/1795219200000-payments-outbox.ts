import type { MigrationInterface, QueryRunner } from 'typeorm';

const id = 'VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin';
const word = 'CHARACTER SET ascii COLLATE ascii_bin';

/** 2^53-1: the largest amount that every client reads exactly. */
const maxMoney = 9007199254740991n;

/** What became of each order's payment, and the outbox through which others learn of it. */
export class PaymentsOutbox1795219200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // One row per order, whatever the outcome: the inbox and the state in one. No foreign key: an order of a user who
    // does not exist is recorded too. amount is what was taken from the wallet, and given back when REFUNDED.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS payments (
        order_id    ${id} NOT NULL PRIMARY KEY,
        user_id     ${id} NOT NULL,
        product_id  ${id} NOT NULL,
        qty         INT NOT NULL,
        unit_price  BIGINT NOT NULL,
        total_price BIGINT NOT NULL,
        placed_at   DATETIME(3) NOT NULL,
        status      VARCHAR(16) ${word} NOT NULL,
        reason      VARCHAR(32) ${word} NULL,
        amount      BIGINT NOT NULL,
        created_at  DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
        updated_at  DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
        CONSTRAINT payments_status CHECK (status IN ('PAID', 'DECLINED', 'REFUNDED', 'VOIDED')),
        CONSTRAINT payments_reason CHECK ((status = 'DECLINED') = (reason IS NOT NULL)),
        CONSTRAINT payments_total CHECK (total_price = qty * unit_price AND total_price BETWEEN 0 AND ${maxMoney}),
        CONSTRAINT payments_amount CHECK (amount = IF(status IN ('PAID', 'REFUNDED'), total_price, 0))
      ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4`);
    // Always empty: rows are inserted and deleted in one transaction, and read from the binlog.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS outbox (
        id           ${id} NOT NULL PRIMARY KEY,
        type         ${id} NOT NULL,
        aggregate_id ${id} NOT NULL,
        payload      LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
        traceparent  ${id} NULL,
        created_at   DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
      ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS outbox');
    await runner.query('DROP TABLE IF EXISTS payments');
  }
}
