import type { Database } from '@ordermesh/chassis/database';
import type { Page } from '@ordermesh/chassis/pagination';
import type { Order } from './order.ts';

const columns = `order_id AS orderId, user_id AS userId, product_id AS productId, qty, unit_price AS unitPrice,
  total_price AS totalPrice, status, reason, created_at AS createdAt, updated_at AS updatedAt`;

/**
 * The first rows of a list, newest first, after a position: a seek in the index (user_id, created_at, order_id), or
 * (created_at, order_id) for everyone's. One row more than the page has tells whether there is a next one.
 */
function seek(userId: string | null, { first, after }: Page): { text: string; values: unknown[] } {
  const conditions: string[] = [];
  const values: unknown[] = [];
  if (userId !== null) {
    conditions.push('user_id = ?');
    values.push(userId);
  }
  if (after) {
    conditions.push('created_at <= ? AND (created_at < ? OR order_id < ?)');
    values.push(after.createdAt, after.createdAt, after.id);
  }
  const index = userId === null ? 'orders_by_time' : 'orders_by_user';
  const where = conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '';
  values.push(first + 1);
  const text = `(SELECT ${columns} FROM orders FORCE INDEX (${index}) ${where}
    ORDER BY created_at DESC, order_id DESC LIMIT ?)`;
  return { text, values };
}

/** Pages of orders, newest first; each has up to `first + 1` rows. */
export function createListOrders(options: { database: Database }) {
  const { sql } = options.database;

  return {
    ofEveryone(page: Page): Promise<Order[]> {
      const { text, values } = seek(null, page);
      return sql.query<Order[]>(text, values);
    },

    /** The same page for each of the users, in one statement: one seek for each. */
    async ofUsers(userIds: readonly string[], page: Page): Promise<Order[][]> {
      const seeks = userIds.map((userId) => seek(userId, page));
      const rows = await sql.query<Order[]>(
        `${seeks.map(({ text }) => text).join(' UNION ALL ')} ORDER BY createdAt DESC, orderId DESC`,
        seeks.flatMap(({ values }) => values),
      );
      const byUser = Map.groupBy(rows, (row) => row.userId);
      return userIds.map((userId) => byUser.get(userId) ?? []);
    },
  };
}
export type ListOrders = ReturnType<typeof createListOrders>;
