import type { Sql } from '@ordermesh/chassis/database';
import { columns, shadow } from './shadow-table.ts';
import { mayBecome } from './status.ts';

/** Whether the events of an order are ahead of the row `r` that the topic `orders` makes: its next row is on its way, or lost. */
const ahead = `(r.in_rows AND COALESCE(${mayBecome('r.status', 'r.event_status')}, FALSE))`;

/** The row that the log makes, by column. */
export const expected = (column: (typeof columns)[number]): string =>
  column === 'status' || column === 'reason' || column === 'updated_at'
    ? `IF(${ahead}, r.event_${column}, r.${column})`
    : `r.${column}`;

/** Whether the live row `o` tells the same as `r` does, its status taken from `value`. */
const same = (value: (column: (typeof columns)[number]) => string): string =>
  columns
    .filter((column) => column !== 'order_id')
    .map((column) =>
      column.endsWith('_at')
        ? `(NOT r.times_told OR o.${column} = ${value(column)})`
        : `o.${column} <=> ${value(column)}`,
    )
    .join(' AND ');

/** What the topic `orders` has not been told yet may be missing from a row, and be in it. */
const differs = `NOT ((${same((column) => `r.${column}`)}) OR (${same(expected)}))`;
/**
 * Whether the live row `o` is wrong. Of an order with rows in several partitions the log does not say which was last, so
 * whatever it is may be right; and what is typed while we look, the sink has yet to accept.
 */
const wrong = `(NOT r.scattered AND NOT r.doubted AND ${differs})`;
/** Sure in any case: in whatever order its rows came, it would be further by now. */
const behind = `(NOT r.doubted AND COALESCE(${mayBecome('o.status', expected('status'))}, FALSE))`;

type Found = { orderId: string; missing: number };

/** Orders after `after`, in the order of their ids, whose live row is missing, behind or wrong; of records up to `until`. */
export const findAmiss = (
  sql: Pick<Sql, 'query'>,
  { after, until, limit }: { after: string; until: Date; limit: number },
): Promise<Found[]> =>
  sql.query(
    `SELECT r.order_id AS orderId, o.order_id IS NULL AS missing
     FROM ${shadow} r LEFT JOIN orders o USING (order_id)
     WHERE r.order_id > ? AND r.recorded_at <= ?
       AND ((o.order_id IS NULL AND NOT r.doubted) OR ${behind} OR (o.order_id IS NOT NULL AND ${wrong}))
     ORDER BY r.order_id LIMIT ?`,
    [after, until, limit],
  );

/** Those whose live row is there and wrong. */
export async function findWrong(
  sql: Pick<Sql, 'query'>,
  { after, until, limit }: { after: string; until: Date; limit: number },
): Promise<string[]> {
  const rows = await sql.query<{ orderId: string }[]>(
    `SELECT r.order_id AS orderId FROM ${shadow} r JOIN orders o USING (order_id)
     WHERE r.order_id > ? AND r.recorded_at <= ? AND ${wrong} ORDER BY r.order_id LIMIT ?`,
    [after, until, limit],
  );
  return rows.map(({ orderId }) => orderId);
}

/** Those of the orders whose live row is there and wrong. */
export async function stillWrong(sql: Pick<Sql, 'query'>, orderIds: string[]): Promise<string[]> {
  const rows = await sql.query<{ orderId: string }[]>(
    `SELECT r.order_id AS orderId FROM ${shadow} r JOIN orders o USING (order_id)
     WHERE r.order_id IN (?) AND ${wrong} ORDER BY r.order_id`,
    [orderIds],
  );
  return rows.map(({ orderId }) => orderId);
}

/** How many live rows differ from what the log says and may yet be right: see `wrong`. */
export async function countUndecided(sql: Pick<Sql, 'query'>): Promise<number> {
  const [found] = await sql.query<{ count: number }[]>(
    `SELECT COUNT(*) AS count FROM ${shadow} r JOIN orders o USING (order_id)
     WHERE (r.scattered OR r.doubted) AND ${differs}`,
  );
  return found?.count ?? 0;
}

/** Orders after `after` that are in the table and not in the log. */
export async function findUnknown(
  sql: Pick<Sql, 'query'>,
  { after, limit }: { after: string; limit: number },
): Promise<string[]> {
  const rows = await sql.query<{ orderId: string }[]>(
    `SELECT o.order_id AS orderId FROM orders o LEFT JOIN ${shadow} r USING (order_id)
     WHERE o.order_id > ? AND r.order_id IS NULL ORDER BY o.order_id LIMIT ?`,
    [after, limit],
  );
  return rows.map(({ orderId }) => orderId);
}

/** Those of the orders that the log still does not know. */
export async function stillUnknown(sql: Pick<Sql, 'query'>, orderIds: string[]): Promise<string[]> {
  const known = await sql.query<{ orderId: string }[]>(
    `SELECT order_id AS orderId FROM ${shadow} WHERE order_id IN (?)`,
    [orderIds],
  );
  const ids = new Set(known.map(({ orderId }) => orderId));
  return orderIds.filter((orderId) => !ids.has(orderId));
}
