import { join } from 'node:path';
import { parseEvent } from '@ordermesh/catalogs/events';
import { createReserveStock, decideReservations } from '@ordermesh/catalogs/reserve-stock';
import type { Append } from '@ordermesh/chassis/appender';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { definitionsFolder, readDefinition } from '@ordermesh/connectors';
import { createProjectOrders, decideRow } from '@ordermesh/orders/project-orders';
import { readOutcome } from '@ordermesh/orders/read-outcome';
import { createSettleOrders, decideOutcome } from '@ordermesh/orders/settle-orders';
import { parseStockEvent } from '@ordermesh/users/events';
import { createTakePayment, decidePayments } from '@ordermesh/users/take-payment';
import { createSink, declaredColumns } from './sink.ts';

/** What a consumer's own code makes of records, one after the other. Throws InvalidRecordError for what becomes a dead letter. */
export type Consumer = (records: readonly Append[]) => unknown;

const nothing = { append: () => Promise.resolve() };
const database = { transaction: () => Promise.reject(new Error('decided without a database')) };

const bytes = (content: Buffer | string | null) => (content === null ? null : Buffer.from(content));

/** The record as its consumer gets it; later than anything that events speak of. */
const asConsumed = ({ topic, key, value, headers }: Append): ConsumedRecord => ({
  topic,
  partition: 0,
  offset: '7',
  timestamp: String(Date.UTC(2026, 6, 2)),
  key: bytes(key),
  value: bytes(value),
  headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
});

/** A consumer that reads records of its topics one by one, and decides by what it has read of all of them. */
function consumer<E>(
  topics: readonly string[],
  read: (record: ConsumedRecord) => E | null,
  decide: (events: E[]) => unknown,
): Consumer {
  return (records) => {
    const unread: ('unseen' | null)[] = [];
    const events: E[] = [];
    for (const record of records) {
      const event = topics.includes(record.topic) ? read(asConsumed(record)) : null;
      if (event !== null) events.push(event);
      else unread.push(topics.includes(record.topic) ? null : 'unseen');
    }
    return { unread, decided: events.length > 0 ? decide(events) : null };
  };
}

/** The order that pacts are about, as a service remembers it. */
const order = {
  orderId: 'order-1',
  userId: 'user-1',
  productId: 'CATALOG-001',
  qty: 10,
  unitPrice: 1500,
  totalPrice: 15_000,
  placedAt: new Date('2026-07-01T01:30:05.123Z'),
};

const catalogs = consumer(createReserveStock({ database }).topics, parseEvent, (events) =>
  [[], [{ ...order, status: 'RESERVED' as const, reason: null }]].map((reservations) => {
    const { refused, stock, ...written } = decideReservations(events, new Map([[order.productId, 100]]), {
      reservations: new Map(reservations.map((reservation) => [reservation.orderId, reservation])),
      movements: new Set(),
    });
    return { ...written, stock: [...stock], refused: refused.map(({ reason }) => reason) };
  }),
);

const users = consumer(createTakePayment({ database }).topics, parseStockEvent, (events) =>
  [[], [{ ...order, status: 'PAID' as const, reason: null, amount: order.totalPrice }]].map((payments) =>
    decidePayments(
      events,
      new Map([[order.userId, order.totalPrice]]),
      new Map(payments.map((payment) => [payment.orderId, payment])),
    ),
  ),
);

const orders = consumer(createSettleOrders({ appender: nothing }).topics, readOutcome, (outcomes) =>
  outcomes.map(decideOutcome),
);

const projector = consumer(createProjectOrders({ appender: nothing }).topics, decideRow, (rows) => rows);

/** What a sink writes. Which schema a row has counts as well where each change of it ends a batch. */
function sinkOf(connector: string, { schemaCounts }: { schemaCounts: boolean }): Consumer {
  const definition = readDefinition(join(definitionsFolder, `${connector}.json`));
  const sink = createSink(definition);
  const columns = [...declaredColumns(definition).keys()];
  return (records) =>
    records.map((record) => {
      const written = sink(record);
      if (!written) return 'unseen';
      if ('deleted' in written) return written;
      const { table, row, envelope } = written;
      if (schemaCounts) return { table, row, schema: [envelope.name, envelope.optional, ...envelope.fields] };
      return { table, row: columns.map((column) => [column, row[column]]) };
    });
}

/** By name, every consumer of messages. */
export const consumers: Record<string, Consumer> = {
  catalogs,
  users,
  orders,
  'orders-projector': projector,
  'orders-sink': sinkOf('orders-sink', { schemaCounts: true }),
  'orders-products-sink': sinkOf('orders-products-sink', { schemaCounts: false }),
};

/** What a consumer makes of records, so that it can be compared. */
export function observe(consume: Consumer, records: readonly Append[]): string {
  try {
    return JSON.stringify(consume(records));
  } catch (error) {
    // Only that it is turned away counts: what the dead letter says is for people.
    if (error instanceof InvalidRecordError) return 'dead letter';
    throw error;
  }
}
