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

/** Reservations that become the same are one statement: there are few statuses and reasons. */
function byOutcome(changed: Reservation[]) {
  const groups = Map.groupBy(changed, ({ status, reason }) => `${status} ${reason}`);
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    return first ? [{ ...first, orderIds: group.map(({ orderId }) => orderId) }] : [];
  });
}

/**
 * All products in one statement: of a batch of updates the server makes a statement for each row. Joined straight, so that it
 * never locks other products' rows by looking through them.
 */
async function changeStock(sql: Sql, stock: Decision['stock']): Promise<void> {
  if (stock.size === 0) return;
  const changes = [...stock].map(([id, by]) => [id, by.available, by.reserved, by.sold, by.moved]);
  await sql.query(
    `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (
       id VARCHAR(64) PATH '$[0]', available INT PATH '$[1]', reserved INT PATH '$[2]', sold INT PATH '$[3]',
       moved INT PATH '$[4]')) AS changes
     STRAIGHT_JOIN stock FORCE INDEX (PRIMARY) ON stock.product_id = changes.id COLLATE utf8mb4_nopad_bin
     SET stock.available = stock.available + changes.available, stock.reserved = stock.reserved + changes.reserved,
       stock.sold = stock.sold + changes.sold, stock.moved = stock.moved + changes.moved`,
    [JSON.stringify(changes)],
  );
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
    ...byOutcome(changed).map(({ status, reason, orderIds }) =>
      sql.query('UPDATE reservations SET status = ?, reason = ? WHERE order_id IN (?)', [
        status,
        reason,
        orderIds,
      ]),
    ),
    batch(
      'INSERT INTO movements (id, product_id, qty) VALUES (?, ?, ?)',
      movements.map(({ movementId, productId, qty }) => [movementId, productId, qty]),
    ),
    changeStock(sql, stock),
    writeToOutbox(sql, outbox),
  ]);
}
