import type { Database } from '@ordermesh/chassis/database';
import { z } from 'zod';

/** Sums come as decimal text, and stay exact on the way to an integer. */
const exactSum = z.union([z.string().regex(/^-?\d+$/), z.number().int(), z.bigint()]).transform(BigInt);
const totalsRow = z.object({ deposited: exactSum, wallets: exactSum, paymentsKept: exactSum });

export type MoneyTotals = { deposited: number; wallets: number; paymentsKept: number };

/** Throws rather than round: one wallet's money is within 2^53-1 by rule, that of all wallets together need not be. */
export function toExactTotals(sums: z.output<typeof totalsRow>): MoneyTotals {
  for (const [name, sum] of Object.entries(sums)) {
    if (sum < 0n || sum > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new Error(`the total ${name} is ${sum}, which Money cannot hold`);
    }
  }
  return {
    deposited: Number(sums.deposited),
    wallets: Number(sums.wallets),
    paymentsKept: Number(sums.paymentsKept),
  };
}

/**
 * All money there is, in minor units: deposited == wallets + payments kept, at any time, because the three sums are
 * of one statement and thus of one snapshot. Each is taken from another table, so that it proves something.
 */
export function createMoneyTotals({ database }: { database: Database }) {
  return async function moneyTotals(): Promise<MoneyTotals> {
    const rows: unknown = await database.sql.query(`
      SELECT
        (SELECT COALESCE(SUM(amount), 0) FROM ledger WHERE kind = 'DEPOSIT') AS deposited,
        (SELECT COALESCE(SUM(balance), 0) FROM wallets) AS wallets,
        (SELECT COALESCE(SUM(amount), 0) FROM payments WHERE status = 'PAID') AS paymentsKept`);
    return toExactTotals(z.tuple([totalsRow]).parse(rows)[0]);
  };
}
