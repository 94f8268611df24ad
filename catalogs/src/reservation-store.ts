import type { Sql } from '@ordermesh/chassis/database';
import { writeToOutbox } from '@ordermesh/chassis/outbox';
import type { ConsumedEvent } from './events.ts';
import { reservationColumns, type Reservation } from './reservation.ts';
import type { Decision, Existing } from './reserve-stock.ts';

const productOf = (event: ConsumedEvent) =>
  event.type === 'StockMoved' ? event.productId : event.order.productId;

/**
 * What is available of the products. Their stock is locked first of all and always in the same order, so that two
 * batches wait for rather than block each other, whichever topic they come from.
 */
export async function lockStock(sql: Sql, events: ConsumedEvent[]): Promise<Map<string, number>> {
  const rows = await sql.query<{ productId: string; available: number }[]>(
    `SELECT product_id AS productId, available FROM stock WHERE product_id IN (?) ORDER BY product_id FOR UPDATE`,
    [[...new Set(events.map(productOf))]],
  );
  return new Map(rows.map(({ productId, available }) => [productId, available]));
}

/**
 * Read after the stock was locked: what another consumer wrote about these products is seen. The reservations are
 * locked too: two events of one order may name two products, and so have no stock in common to wait for.
 */
export async function readExisting(sql: Sql, events: ConsumedEvent[]): Promise<Existing> {
  const orderIds = new Set(
    events.flatMap((event) => (event.type === 'StockMoved' ? [] : [event.order.orderId])),
  );
  const movementIds = new Set(
    events.flatMap((event) => (event.type === 'StockMoved' ? [event.movementId] : [])),
  );
  const [reservations, movements] = await Promise.all([
    readByIds<Reservation>(
      sql,
      `SELECT ${reservationColumns} FROM reservations WHERE order_id IN (?) ORDER BY order_id FOR UPDATE`,
      orderIds,
    ),
    readByIds<{ id: string }>(sql, 'SELECT id FROM movements WHERE id IN (?)', movementIds),
  ]);
  return {
    reservations: new Map(reservations.map((reservation) => [reservation.orderId, reservation])),
    movements: new Set(movements.map(({ id }) => id)),
  };
}

async function readByIds<T>(sql: Sql, query: string, ids: Set<string>): Promise<T[]> {
  return ids.size === 0 ? [] : sql.query<T[]>(query, [[...ids]]);
}

/** Writes a decision, in as many statements as there are kinds of what it writes. */
export async function writeDecision(sql: Sql, decision: Decision): Promise<void> {
  const { opened, changed, movements, stock, outbox } = decision;

  async function batch(statement: string, rows: unknown[][]): Promise<void> {
    if (rows.length > 0) await sql.batch(statement, rows);
  }
  await Promise.all([
    batch(
      `INSERT INTO reservations
         (order_id, product_id, user_id, qty, unit_price, total_price, placed_at, status, reason)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      opened.map((reservation) => [
        reservation.orderId,
        reservation.productId,
        reservation.userId,
        reservation.qty,
        reservation.unitPrice,
        reservation.totalPrice,
        reservation.placedAt,
        reservation.status,
        reservation.reason,
      ]),
    ),
    batch(
      'UPDATE reservations SET status = ?, reason = ? WHERE order_id = ?',
      changed.map(({ status, reason, orderId }) => [status, reason, orderId]),
    ),
    batch(
      'INSERT INTO movements (id, product_id, qty) VALUES (?, ?, ?)',
      movements.map(({ movementId, productId, qty }) => [movementId, productId, qty]),
    ),
    batch(
      `UPDATE stock SET available = available + ?, reserved = reserved + ?, sold = sold + ?, moved = moved + ?
       WHERE product_id = ?`,
      [...stock].map(([productId, { available, reserved, sold, moved }]) => [
        ...[available, reserved, sold, moved],
        productId,
      ]),
    ),
    writeToOutbox(sql, outbox),
  ]);
}
