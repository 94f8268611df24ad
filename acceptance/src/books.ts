import type { Connection } from 'mariadb';
import type { RunningStack } from '@ordermesh/stack/testing';
import { connectToDatabase } from './sql.ts';

/** What may not be, at rest: each statement gives the rows that contradict it. Stock, orders and money of everybody. */
const contradictions = {
  'stock that does not add up, is still reserved, or was sold to nobody': `
    SELECT s.*, COALESCE(o.qty, 0) AS confirmed FROM catalogs.stock s
    LEFT JOIN (SELECT product_id, SUM(qty) AS qty FROM orders.orders WHERE status = 'CONFIRMED' GROUP BY product_id) o
      USING (product_id)
    WHERE initial + restocked <> available + reserved + sold + moved OR reserved <> 0 OR sold <> COALESCE(o.qty, 0)`,
  'orders that are not settled, or otherwise than their reservation and payment say': `
    SELECT o.order_id, o.status, o.reason, r.status AS reservation, p.status AS payment FROM orders.orders o
    LEFT JOIN catalogs.reservations r USING (order_id) LEFT JOIN users.payments p USING (order_id)
    WHERE NOT COALESCE(
      o.status = 'CONFIRMED' AND r.status = 'SOLD' AND p.status = 'PAID' OR
      o.status = 'REJECTED' AND r.status = 'REJECTED' AND p.status IS NULL OR
      o.status = 'REJECTED' AND r.status = 'RELEASED' AND p.status = 'DECLINED' OR
      o.status = 'CANCELLED' AND r.status = 'RELEASED' AND p.status IN ('REFUNDED', 'VOIDED'), 0)`,
  'reservations and payments without an order': `
    SELECT order_id FROM (SELECT order_id FROM catalogs.reservations UNION SELECT order_id FROM users.payments) s
    LEFT JOIN orders.orders o USING (order_id) WHERE o.order_id IS NULL`,
  'wallets that are not what was deposited less what confirmed orders cost, or than their ledger says': `
    SELECT w.*, o.spent, l.total FROM users.wallets w
    LEFT JOIN (SELECT user_id, SUM(total_price) AS spent FROM orders.orders WHERE status = 'CONFIRMED' GROUP BY user_id) o
      USING (user_id)
    LEFT JOIN (SELECT user_id, SUM(amount) AS total FROM users.ledger GROUP BY user_id) l USING (user_id)
    WHERE balance <> deposited - COALESCE(o.spent, 0) OR balance <> COALESCE(l.total, 0)`,
  'rows left in an outbox':
    'SELECT id, type FROM catalogs.outbox UNION ALL SELECT id, type FROM users.outbox',
};

/** A connection of its own for each piece of work: the server is taken away in between. */
export async function inDatabase<T>(
  stack: Pick<RunningStack, 'mariadb' | 'secrets'>,
  work: (sql: Connection) => Promise<T>,
): Promise<T> {
  const sql = await connectToDatabase(stack);
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

/** @throws Error with the first few rows of each contradiction. */
export async function requireBalancedBooks(sql: Connection): Promise<void> {
  const found: string[] = [];
  for (const [what, statement] of Object.entries(contradictions)) {
    const rows = await sql.query<unknown[]>(statement);
    if (rows.length > 0) found.push(`${rows.length} ${what}, such as ${JSON.stringify(rows.slice(0, 3))}`);
  }
  if (found.length > 0) throw new Error(found.join('; '));
}

/** Every row that orders and what became of them consist of, times of the last change included. */
export async function snapshot(sql: Connection): Promise<Record<string, unknown[]>> {
  const tables = [
    ...['orders.orders', 'catalogs.stock', 'catalogs.reservations', 'catalogs.movements'],
    ...['users.wallets', 'users.payments', 'users.ledger'],
  ];
  const rows: Record<string, unknown[]> = {};
  for (const table of tables) rows[table] = await sql.query<unknown[]>(`SELECT * FROM ${table} ORDER BY 1`);
  return rows;
}
