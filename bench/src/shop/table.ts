import { waitFor } from '@ordermesh/stack/testing';
import type { System } from './system.ts';

/** The longest that a system may take to work off what was placed, in milliseconds. */
const settleWithinMs = 900_000;

async function count(sql: System['sql'], where: string, values: unknown[] = []): Promise<number> {
  const [row] = await sql.query<{ count: number }[]>(
    `SELECT COUNT(*) AS count FROM orders.orders WHERE ${where}`,
    values,
  );
  return row?.count ?? 0;
}

/** The row that the sink connector has written last; rows of later orders have greater numbers. */
export async function lastRow({ sql }: System): Promise<number> {
  const [row] = await sql.query<{ last: number | null }[]>('SELECT MAX(id) AS last FROM orders.orders');
  return row?.last ?? 0;
}

export const confirmedAfter = ({ sql }: System, row: number): Promise<number> =>
  count(sql, "id > ? AND status = 'CONFIRMED'", [row]);

/** Waits until as many orders are CONFIRMED. Gives the seconds that it took. */
export async function untilConfirmed(
  system: System,
  orders: number,
  options: { after?: number; interval?: number; deadline?: number; signal: AbortSignal },
): Promise<number> {
  const { after = 0, interval = 500, deadline = settleWithinMs, signal } = options;
  const begun = performance.now();
  let seen = 0;
  const look = async () => {
    seen = await confirmedAfter(system, after);
    if (seen >= orders) return true;
    throw new Error(`${seen}`);
  };
  await waitFor(look, { what: `${orders} CONFIRMED orders of ${system.name}`, deadline, interval, signal });
  return (performance.now() - begun) / 1_000;
}

/** How many of these orders are not in the table, or not CONFIRMED. */
export async function countMissing({ sql }: System, ids: string[]): Promise<number> {
  const rows = await sql.query<{ order_id: string }[]>(
    "SELECT order_id FROM orders.orders WHERE status = 'CONFIRMED'",
  );
  const confirmed = new Set(rows.map((row) => row.order_id));
  return ids.filter((id) => !confirmed.has(id)).length;
}
