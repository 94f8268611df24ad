import type { Rejected } from '@ordermesh/chassis/apply-batch';
import type { Handler } from '@ordermesh/chassis/consumer';
import type { Database, Sql } from '@ordermesh/chassis/database';
import { isDuplicateKey } from '@ordermesh/chassis/database-errors';
import {
  ordersTopic,
  parseOrdersEvent,
  type OrderPlaced,
  type OrdersEvent,
  type StockMoved,
} from './events.ts';

/** The inbox's part that matters to some events: which of their orders and movements are recorded already. */
export type Recorded = { orders: ReadonlySet<string>; movements: ReadonlySet<string> };

export type Reservation = {
  order: OrderPlaced;
  status: 'RESERVED' | 'REJECTED';
  reason: 'OUT_OF_STOCK' | 'UNKNOWN_PRODUCT' | null;
};

/** What to write for some events. `taken` are the units that leave `available`, by product. */
export type Decision = {
  reservations: Reservation[];
  movements: StockMoved[];
  taken: Map<string, { reserved: number; moved: number }>;
  refused: Rejected<OrdersEvent>[];
};

/**
 * Decides events in their order: each order that is not recorded yet gets a reservation, RESERVED while stock lasts
 * and REJECTED otherwise, and each new movement takes its units out or is refused. `available` is the stock by product.
 */
export function decideReservations(
  events: readonly OrdersEvent[],
  available: ReadonlyMap<string, number>,
  recorded: Recorded,
): Decision {
  const left = new Map(available);
  const orders = new Set(recorded.orders);
  const moves = new Set(recorded.movements);
  const decision: Decision = { reservations: [], movements: [], taken: new Map(), refused: [] };

  function take(productId: string, count: 'reserved' | 'moved', qty: number): Reservation['reason'] {
    const inStock = left.get(productId);
    if (inStock === undefined) return 'UNKNOWN_PRODUCT';
    if (inStock < qty) return 'OUT_OF_STOCK';
    left.set(productId, inStock - qty);
    const taken = decision.taken.get(productId) ?? { reserved: 0, moved: 0 };
    decision.taken.set(productId, { ...taken, [count]: taken[count] + qty });
    return null;
  }

  function reserve(order: OrderPlaced): void {
    if (orders.has(order.orderId)) return;
    orders.add(order.orderId);
    const reason = take(order.productId, 'reserved', order.qty);
    decision.reservations.push({ order, status: reason === null ? 'RESERVED' : 'REJECTED', reason });
  }

  function move(movement: StockMoved): void {
    if (moves.has(movement.movementId)) return;
    const { productId, qty } = movement;
    const reason = take(productId, 'moved', qty);
    if (reason === null) {
      moves.add(movement.movementId);
      decision.movements.push(movement);
      return;
    }
    const why =
      reason === 'UNKNOWN_PRODUCT'
        ? `there is no product ${JSON.stringify(productId)}`
        : `${qty} units of ${JSON.stringify(productId)} cannot be moved, only ${left.get(productId)} are available`;
    decision.refused.push({ event: movement, reason: why });
  }

  for (const event of events) {
    if (event.type === 'OrderPlaced') reserve(event);
    else move(event);
  }
  return decision;
}

/** Locks the stock of the products, always in the same order, so that two batches wait for rather than block each other. */
async function lockStock(sql: Sql, events: OrdersEvent[]): Promise<Map<string, number>> {
  const rows = await sql.query<{ productId: string; available: number }[]>(
    `SELECT product_id AS productId, available FROM stock WHERE product_id IN (?) ORDER BY product_id FOR UPDATE`,
    [[...new Set(events.map((event) => event.productId))]],
  );
  return new Map(rows.map(({ productId, available }) => [productId, available]));
}

/** The inbox is read after the locks were taken: what another consumer wrote about these products is seen. */
async function readRecorded(sql: Sql, events: OrdersEvent[]): Promise<Recorded> {
  const orderIds = events.flatMap((event) => (event.type === 'OrderPlaced' ? [event.orderId] : []));
  const movementIds = events.flatMap((event) => (event.type === 'StockMoved' ? [event.movementId] : []));
  const [orders, movements] = await Promise.all([
    readIds(sql, 'SELECT order_id AS id FROM reservations WHERE order_id IN (?)', orderIds),
    readIds(sql, 'SELECT id FROM movements WHERE id IN (?)', movementIds),
  ]);
  return { orders, movements };
}

async function readIds(sql: Sql, query: string, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql.query<{ id: string }[]>(query, [[...new Set(ids)]]);
  return new Set(rows.map(({ id }) => id));
}

async function write(sql: Sql, { reservations, movements, taken }: Decision): Promise<void> {
  const writes: Promise<unknown>[] = [];
  if (reservations.length > 0) {
    writes.push(
      sql.batch(
        `INSERT INTO reservations
           (order_id, product_id, user_id, qty, unit_price, total_price, placed_at, status, reason)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        reservations.map(({ order, status, reason }) => [
          order.orderId,
          order.productId,
          order.userId,
          order.qty,
          order.unitPrice,
          order.totalPrice,
          order.placedAt,
          status,
          reason,
        ]),
      ),
    );
  }
  if (movements.length > 0) {
    writes.push(
      sql.batch(
        'INSERT INTO movements (id, product_id, qty) VALUES (?, ?, ?)',
        movements.map(({ movementId, productId, qty }) => [movementId, productId, qty]),
      ),
    );
  }
  if (taken.size > 0) {
    writes.push(
      sql.batch(
        `UPDATE stock SET available = available - ?, reserved = reserved + ?, moved = moved + ? WHERE product_id = ?`,
        [...taken].map(([productId, { reserved, moved }]) => [reserved + moved, reserved, moved, productId]),
      ),
    );
  }
  await Promise.all(writes);
}

const attempts = 5;

/**
 * Takes part in orders.events: a batch is one transaction with a fixed number of statements, whatever its size.
 * Order id and movement id are unique keys. If another consumer wrote one of them in the meantime (a record of the
 * same order in another partition, or a member that lost its partition while at it), the batch is decided anew.
 */
export function createReserveStock({
  database,
}: {
  database: Pick<Database, 'transaction'>;
}): Handler<OrdersEvent> {
  function applyOnce(events: OrdersEvent[]): Promise<Rejected<OrdersEvent>[]> {
    return database.transaction(async (sql) => {
      const available = await lockStock(sql, events);
      const recorded = await readRecorded(sql, events);
      const decision = decideReservations(events, available, recorded);
      await write(sql, decision);
      return decision.refused;
    });
  }

  return {
    topics: [ordersTopic],
    parse: parseOrdersEvent,
    apply: async (events) => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await applyOnce(events);
        } catch (error) {
          if (!isDuplicateKey(error) || attempt === attempts) throw error;
        }
      }
    },
  };
}
