import type { Database, Sql } from '@ordermesh/chassis/database';
import { clientError } from '@ordermesh/chassis/errors';
import { z } from 'zod';
import type { Wallet } from './entities.ts';
import { parseIdempotencyKey } from './input.ts';

const walletRows = z.array(z.object({ balance: z.number(), deposited: z.number() }));
const movementRows = z.array(z.object({ amount: z.number() }));

/** What a wallet holds and was ever given, in minor units. */
type Funds = Pick<Wallet, 'balance' | 'deposited'>;

/**
 * The funds after a deposit; the same object when this very deposit was made before (`previous` is its amount).
 * All deposits of a wallet together stay within 2^53-1: balance and payments kept are parts of that sum, so every
 * later refund fits, whatever is deposited between a payment and its refund.
 * Throws BAD_USER_INPUT, IDEMPOTENCY_CONFLICT.
 */
export function decideDeposit(funds: Funds, amount: number, previous: number | undefined): Funds {
  if (amount === 0) throw clientError('BAD_USER_INPUT', 'amount must be at least 1');
  if (previous === amount) return funds;
  if (previous !== undefined) {
    throw clientError('IDEMPOTENCY_CONFLICT', `this idempotencyKey deposited ${previous} already`);
  }
  const room = Number.MAX_SAFE_INTEGER - funds.deposited;
  if (amount > room) {
    throw clientError(
      'BAD_USER_INPUT',
      `amount is too large: all deposits of a wallet together are at most ${Number.MAX_SAFE_INTEGER}, of which ${room} are left`,
    );
  }
  return { balance: funds.balance + amount, deposited: funds.deposited + amount };
}

/** Locks the wallet, so that twins of one deposit come one after the other and the second finds the first. */
async function lockFunds(sql: Sql, userId: string): Promise<Funds> {
  const [funds] = walletRows.parse(
    await sql.query('SELECT balance, deposited FROM wallets WHERE user_id = ? FOR UPDATE', [userId]),
  );
  if (!funds) throw clientError('UNAUTHENTICATED', 'this account does not exist any more; log in again');
  return funds;
}

async function previousAmount(sql: Sql, userId: string, reference: string): Promise<number | undefined> {
  const [movement] = movementRows.parse(
    await sql.query("SELECT amount FROM ledger WHERE user_id = ? AND kind = 'DEPOSIT' AND reference = ?", [
      userId,
      reference,
    ]),
  );
  return movement?.amount;
}

/**
 * Puts money into a wallet, once per idempotency key, and answers the funds then. The wallet and the ledger move in
 * one transaction. Throws BAD_USER_INPUT, IDEMPOTENCY_CONFLICT, UNAUTHENTICATED.
 */
export function createDeposit({ database }: { database: Database }) {
  return async function deposit(userId: string, amount: number, idempotencyKey: string): Promise<Funds> {
    const reference = parseIdempotencyKey(idempotencyKey);
    return database.transaction(async (sql) => {
      const before = await lockFunds(sql, userId);
      const after = decideDeposit(before, amount, await previousAmount(sql, userId, reference));
      if (after === before) return after;
      await sql.query(
        "INSERT INTO ledger (user_id, kind, amount, reference, created_at) VALUES (?, 'DEPOSIT', ?, ?, ?)",
        [userId, amount, reference, new Date()],
      );
      await sql.query('UPDATE wallets SET balance = ?, deposited = ? WHERE user_id = ?', [
        after.balance,
        after.deposited,
        userId,
      ]);
      return after;
    });
  };
}
