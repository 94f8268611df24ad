import type { Sql } from '@ordermesh/chassis/database';
import type { OrderStatus } from '../order.ts';
import { shadow, type Row } from './shadow-table.ts';
import { follows } from './status.ts';

/** MariaDB makes a temporary table of a longer list (in_predicate_conversion_threshold). */
const askedAtOnce = 900;

/**
 * Of what events tell, that which the rows of the topic `orders` do not know: orders that are not among them, and a
 * status that is ahead. What a row knows once it knows for ever, as its status only moves on; so nothing is lost if the
 * rows are read at the same time.
 */
export async function newsOf(sql: Pick<Sql, 'query'>, events: Row[]): Promise<Row[]> {
  const ids = [...new Set(events.map((row) => row.order_id))];
  const known = new Map<string, OrderStatus>();
  for (let from = 0; from < ids.length; from += askedAtOnce) {
    const rows = await sql.query<{ orderId: string; status: OrderStatus }[]>(
      `SELECT order_id AS orderId, status FROM ${shadow} WHERE order_id IN (?) AND in_rows`,
      [ids.slice(from, from + askedAtOnce)],
    );
    for (const { orderId, status } of rows) known.set(orderId, status);
  }
  return events.filter((row) => {
    const status = known.get(row.order_id);
    return status === undefined || follows(row.status, status);
  });
}
