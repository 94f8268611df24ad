import type { MigrationInterface, QueryRunner } from 'typeorm';

/** 2^53-1: the largest amount that every client reads exactly. */
const maxMoney = 9007199254740991n;

/**
 * Accounts, their wallets, and the ledger of every movement of money. `IF NOT EXISTS` because MariaDB commits each
 * statement of a definition at once: a migration that was cut off goes on where it stopped.
 */
export class AccountsWalletsLedger1795132800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // email is shown as it was typed; email_key is what makes it unique, whatever the case.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS accounts (
        id            VARCHAR(64)  CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL PRIMARY KEY,
        email         VARCHAR(254) NOT NULL,
        email_key     VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
        name          VARCHAR(100) NOT NULL,
        password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        role          VARCHAR(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        created_at    DATETIME(3)  NOT NULL,
        UNIQUE KEY accounts_email (email_key),
        CONSTRAINT accounts_role CHECK (role IN ('customer', 'admin'))
      ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4`);
    // deposited never falls: balance + payments kept = deposited, so whatever is refunded fits into the balance.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS wallets (
        user_id   VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL PRIMARY KEY,
        balance   BIGINT NOT NULL DEFAULT 0,
        deposited BIGINT NOT NULL DEFAULT 0,
        CONSTRAINT wallets_account FOREIGN KEY (user_id) REFERENCES accounts (id),
        CONSTRAINT wallets_balance CHECK (balance BETWEEN 0 AND deposited),
        CONSTRAINT wallets_deposited CHECK (deposited BETWEEN 0 AND ${maxMoney})
      ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4`);
    // amount is what it does to the wallet, with its sign: the sum of a wallet's rows is its balance.
    await runner.query(`
      CREATE TABLE IF NOT EXISTS ledger (
        id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
        user_id    VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
        kind       VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
        amount     BIGINT NOT NULL,
        reference  VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL,
        created_at DATETIME(3) NOT NULL,
        UNIQUE KEY ledger_movement (user_id, kind, reference),
        CONSTRAINT ledger_wallet FOREIGN KEY (user_id) REFERENCES wallets (user_id),
        CONSTRAINT ledger_sign CHECK (
          (kind = 'DEPOSIT' AND amount BETWEEN 1 AND ${maxMoney}) OR
          (kind = 'PAYMENT' AND amount BETWEEN -${maxMoney} AND 0) OR
          (kind = 'REFUND' AND amount BETWEEN 0 AND ${maxMoney})
        )
      ) ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE IF EXISTS ledger');
    await runner.query('DROP TABLE IF EXISTS wallets');
    await runner.query('DROP TABLE IF EXISTS accounts');
  }
}
