import type { Sql } from '@ordermesh/chassis/database';
import { columns, shadow } from './shadow-table.ts';

/** How the live row `o` tells something else than the row `r` that the log makes. */
const differs = `NOT (${columns
  .filter((column) => column !== 'order_id')
  .map((column) =>
    column.endsWith('_at')
      ? `(NOT r.times_told OR o.${column} = r.${column})`
      : `o.${column} <=> r.${column}`,
  )
  .join(' AND ')})`;

type Found = { orderId: string; missing: number };

/** Orders after `after`, in the order of their ids, whose live row is missing or differs; of records up to `until`. */
export const findWrong = (
  sql: Pick<Sql, 'query'>,
  { after, until, limit }: { after: string; until: Date; limit: number },
): Promise<Found[]> =>
  sql.query(
    `SELECT r.order_id AS orderId, o.order_id IS NULL AS missing
     FROM ${shadow} r LEFT JOIN orders o USING (order_id)
     WHERE r.order_id > ? AND r.recorded_at <= ? AND (o.order_id IS NULL OR ${differs})
     ORDER BY r.order_id LIMIT ?`,
    [after, until, limit],
  );

/** Those of the orders whose live row is there and differs. */
export async function stillWrong(sql: Pick<Sql, 'query'>, orderIds: string[]): Promise<string[]> {
  const rows = await sql.query<{ orderId: string }[]>(
    `SELECT r.order_id AS orderId FROM ${shadow} r JOIN orders o USING (order_id)
     WHERE r.order_id IN (?) AND ${differs} ORDER BY r.order_id`,
    [orderIds],
  );
  return rows.map(({ orderId }) => orderId);
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
