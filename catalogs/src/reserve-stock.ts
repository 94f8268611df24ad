import type { Rejected } from '@ordermesh/chassis/apply-batch';
import type { Handler } from '@ordermesh/chassis/consumer';
import type { Database } from '@ordermesh/chassis/database';
import { isDuplicateKey } from '@ordermesh/chassis/database-errors';
import type { OutboxEvent } from '@ordermesh/chassis/outbox';
import {
  announce,
  ordersTopic,
  parseEvent,
  usersTopic,
  type ConsumedEvent,
  type OrderEvent,
  type PaymentEvent,
  type StockMoved,
} from './events.ts';
import type { Order, Reservation } from './reservation.ts';
import { lockStock, readExisting, writeDecision } from './reservation-store.ts';

/** What is recorded that matters to some events: reservations by order, and the ids of movements. */
export type Existing = { reservations: ReadonlyMap<string, Reservation>; movements: ReadonlySet<string> };

/** What is added to a product's counts, with its sign. */
export type StockChange = { available: number; reserved: number; sold: number; moved: number };

/** What to write for some events. */
export type Decision = {
  /** Of orders that had none, as they stand after all events. */
  opened: Reservation[];
  /** Of those recorded before, if they changed. */
  changed: Reservation[];
  movements: StockMoved[];
  /** By product. */
  stock: Map<string, StockChange>;
  outbox: OutboxEvent[];
  refused: Rejected<ConsumedEvent>[];
};

/** On OrderPlaced: all units, or none. `available` is undefined when there is no such product. */
function reserve(before: Reservation | undefined, order: Order, available: number | undefined): Reservation {
  if (before) return before;
  if (available === undefined) return { ...order, status: 'REJECTED', reason: 'UNKNOWN_PRODUCT' };
  if (available < order.qty) return { ...order, status: 'REJECTED', reason: 'OUT_OF_STOCK' };
  return { ...order, status: 'RESERVED', reason: null };
}

/** Whether there are units to give back. */
const holdsStock = ({ status }: Reservation) => status === 'RESERVED' || status === 'SOLD';

/** On OrderCancelRequested, undoes `reserve` and `sell`; where nothing was reserved yet, nothing ever will be. */
function release(before: Reservation | undefined, order: Order): Reservation {
  if (!before) return { ...order, status: 'RELEASED', reason: 'CANCELLED_BEFORE_RESERVED' };
  return holdsStock(before) ? { ...before, status: 'RELEASED', reason: 'CANCELLED' } : before;
}

/** On PaymentCompleted. A string says why this cannot be. */
function sell(before: Reservation | undefined, orderId: string): Reservation | string {
  if (!before) return `order ${JSON.stringify(orderId)} was paid and has no reservation`;
  return before.status === 'RESERVED' ? { ...before, status: 'SOLD', reason: null } : before;
}

/** On PaymentDeclined, undoes `reserve`. A string says why this cannot be. */
function giveUp(before: Reservation | undefined, orderId: string): Reservation | string {
  if (!before) return `payment of order ${JSON.stringify(orderId)} was declined and it has no reservation`;
  if (before.status === 'SOLD') {
    return `payment of order ${JSON.stringify(orderId)} was declined and it is sold already`;
  }
  return holdsStock(before) ? { ...before, status: 'RELEASED', reason: 'PAYMENT_DECLINED' } : before;
}

/** One cell of the table in the README: what an event makes of an order's reservation, or why it cannot be. */
function follow(
  before: Reservation | undefined,
  event: OrderEvent | PaymentEvent,
  available: number | undefined,
): Reservation | string {
  switch (event.type) {
    case 'OrderPlaced':
      return reserve(before, event.order, available);
    case 'OrderCancelRequested':
      return release(before, event.order);
    case 'PaymentCompleted':
      return sell(before, event.order.orderId);
    case 'PaymentDeclined':
      return giveUp(before, event.order.orderId);
  }
}

/** The count that an order's units are in; those of an order without a reservation are available. */
function countOf(reservation: Reservation | undefined): 'available' | 'reserved' | 'sold' {
  if (reservation?.status === 'RESERVED') return 'reserved';
  return reservation?.status === 'SOLD' ? 'sold' : 'available';
}

/**
 * Decides events in the order of the log, each by what is recorded of its order: see the table in the README. Units
 * never appear or vanish, they go from one count to another. `available` is the stock by product, `existing`
 * what is recorded. A reservation that is recorded already decides what was ordered.
 */
export function decideReservations(
  events: readonly ConsumedEvent[],
  available: ReadonlyMap<string, number>,
  existing: Existing,
): Decision {
  const left = new Map(available);
  const changed = new Map<string, Reservation>();
  const movements = new Map<string, StockMoved>();
  const stock: Decision['stock'] = new Map();
  const outbox: OutboxEvent[] = [];
  const refused: Decision['refused'] = [];

  function transfer(productId: string, from: keyof StockChange, to: keyof StockChange, qty: number): void {
    if (from === to) return;
    const change = stock.get(productId) ?? { available: 0, reserved: 0, sold: 0, moved: 0 };
    change[from] -= qty;
    change[to] += qty;
    stock.set(productId, change);
    const before = available.get(productId);
    if (before !== undefined) left.set(productId, before + change.available);
  }

  function move(movement: StockMoved): void {
    const { movementId, productId, qty } = movement;
    if (existing.movements.has(movementId) || movements.has(movementId)) return;
    const inStock = left.get(productId);
    if (inStock === undefined) {
      refused.push({ event: movement, reason: `there is no product ${JSON.stringify(productId)}` });
    } else if (inStock < qty) {
      const reason = `${qty} units of ${JSON.stringify(productId)} cannot be moved, only ${inStock} are available`;
      refused.push({ event: movement, reason });
    } else {
      movements.set(movementId, movement);
      transfer(productId, 'available', 'moved', qty);
    }
  }

  for (const event of events) {
    if (event.type === 'StockMoved') {
      move(event);
      continue;
    }
    const { orderId, productId } = event.order;
    const before = changed.get(orderId) ?? existing.reservations.get(orderId);
    const after = follow(before, event, left.get(productId));
    if (after === before) continue;
    if (typeof after === 'string') {
      refused.push({ event, reason: after });
      continue;
    }
    changed.set(orderId, after);
    transfer(after.productId, countOf(before), countOf(after), after.qty);
    outbox.push(...announce(after, event.traceparent));
  }
  const reservations = [...changed.values()];
  return {
    opened: reservations.filter(({ orderId }) => !existing.reservations.has(orderId)),
    changed: reservations.filter(({ orderId }) => existing.reservations.has(orderId)),
    movements: [...movements.values()],
    stock,
    outbox,
    refused,
  };
}

const attempts = 5;

/**
 * Takes part in orders.events and users.events: a batch is one transaction with a fixed number of statements, whatever
 * its size. Order id and movement id are unique keys. If another consumer wrote one of them in the meantime (a record
 * of the same order in another partition, or a member that lost its partition while at it), the batch is decided anew.
 */
export function createReserveStock({
  database,
}: {
  database: Pick<Database, 'transaction'>;
}): Handler<ConsumedEvent> {
  function applyOnce(events: ConsumedEvent[]): Promise<Rejected<ConsumedEvent>[]> {
    return database.transaction(async (sql) => {
      const available = await lockStock(sql, events);
      const existing = await readExisting(sql, events);
      const decision = decideReservations(events, available, existing);
      await writeDecision(sql, decision);
      return decision.refused;
    });
  }

  return {
    topics: [ordersTopic, usersTopic],
    parse: parseEvent,
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
