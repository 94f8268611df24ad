import { parseEvent, type ConsumedEvent } from '@ordermesh/catalogs/events';
import type { Reservation } from '@ordermesh/catalogs/reservation';
import type { Decision } from '@ordermesh/catalogs/reserve-stock';
import { readAll, type Handler } from './consumers.ts';
import type { Outbox } from './outbox.ts';
import type { Rules } from './rules.ts';
import { assertThat } from './violation.ts';

export type Stock = {
  initial: number;
  restocked: number;
  available: number;
  reserved: number;
  sold: number;
  moved: number;
};

/** The database of catalogs. */
export type CatalogsDatabase = {
  stock: Map<string, Stock>;
  reservations: Map<string, Reservation>;
  /** Units by the id of the movement. */
  movements: Map<string, { productId: string; qty: number }>;
  restocks: Set<string>;
};

export function createCatalogsDatabase(initial: Record<string, number>): CatalogsDatabase {
  const stock = new Map(
    Object.entries(initial).map(([productId, count]) => [
      productId,
      { initial: count, restocked: 0, available: count, reserved: 0, sold: 0, moved: 0 },
    ]),
  );
  return { stock, reservations: new Map(), movements: new Map(), restocks: new Set() };
}

/** Once per key. */
export function restock(database: CatalogsDatabase, productId: string, qty: number, key: string): void {
  const stock = database.stock.get(productId);
  if (!stock || database.restocks.has(key)) return;
  database.restocks.add(key);
  stock.restocked += qty;
  stock.available += qty;
}

/** Of the products that events name, as the service locks and reads no others. */
function availableOf({ stock }: CatalogsDatabase, events: readonly ConsumedEvent[]): Map<string, number> {
  const available = new Map<string, number>();
  for (const event of events) {
    const productId = event.type === 'StockMoved' ? event.productId : event.order.productId;
    const counts = stock.get(productId);
    if (counts) available.set(productId, counts.available);
  }
  return available;
}

function write(database: CatalogsDatabase, outbox: Outbox, rules: Rules, decision: Decision): void {
  const { reservations, movements, stock } = database;
  for (const opened of decision.opened) {
    assertThat(
      !rules.uniqueKeys || !reservations.has(opened.orderId),
      () => `catalogs opens a second reservation of ${opened.orderId}`,
    );
    reservations.set(opened.orderId, opened);
  }
  for (const changed of decision.changed) {
    assertThat(
      reservations.has(changed.orderId),
      () => `catalogs updates a reservation of ${changed.orderId} that is not there`,
    );
    reservations.set(changed.orderId, changed);
  }
  for (const { movementId, productId, qty } of decision.movements) {
    assertThat(
      !rules.uniqueKeys || !movements.has(movementId),
      () => `catalogs makes the movement ${movementId} a second time`,
    );
    movements.set(movementId, { productId, qty });
  }
  for (const [productId, change] of decision.stock) {
    const counts = stock.get(productId);
    if (!counts) continue;
    counts.available += change.available;
    counts.reserved += change.reserved;
    counts.sold += change.sold;
    counts.moved += change.moved;
  }
  outbox.binlog.push(...decision.outbox);
}

/** The consumer group `catalogs`: each batch is one transaction, of state, inbox and outbox. */
export function createCatalogsHandler(options: {
  database: CatalogsDatabase;
  outbox: Outbox;
  rules: Rules;
}): Handler {
  const { database, outbox, rules } = options;
  return (records) => {
    const { events, recordOf, malformed } = readAll('catalogs', records, parseEvent);
    const existing = { reservations: database.reservations, movements: new Set(database.movements.keys()) };
    const decision = rules.decideReservations(events, availableOf(database, events), existing);
    write(database, outbox, rules, decision);
    for (const { event, reason } of decision.refused) {
      const record = recordOf.get(event);
      if (record) malformed.push({ deadLetter: { group: 'catalogs', record, reason } });
    }
    return malformed;
  };
}
