import { join } from 'node:path';
import { createReserveStock } from '@ordermesh/catalogs/reserve-stock';
import type { Append, Appender } from '@ordermesh/chassis/appender';
import type { Handler } from '@ordermesh/chassis/consumer';
import type { Database } from '@ordermesh/chassis/database';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { consume, createRecordingAppender } from '@ordermesh/chassis/testing/consume';
import { createRecordingDatabase, type Write } from '@ordermesh/chassis/testing/recording-database';
import { definitionsFolder, readDefinition } from '@ordermesh/connectors';
import { createProjectOrders } from '@ordermesh/orders/project-orders';
import { createSettleOrders } from '@ordermesh/orders/settle-orders';
import { createTakePayment } from '@ordermesh/users/take-payment';
import { createSink, declaredColumns } from './sink.ts';

/**
 * What a consumer's own code makes of records of one partition: what becomes of each, and what it writes for them. A
 * sink throws InvalidRecordError for what becomes a dead letter.
 */
export type Consumer = (records: readonly Append[]) => unknown;

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

/** What becomes of each record. Of a dead letter only that it is one counts: what it says is for people. */
async function fatesOf<E>(handler: Handler<E>, records: readonly Append[]): Promise<string[]> {
  const fates = await consume(handler, records.map(asConsumed));
  return fates.map((fate) => fate.replace(/:.*$/s, ''));
}

/** A service that appends. */
const appending =
  <E>(createHandler: (options: { appender: Pick<Appender, 'append'> }) => Handler<E>): Consumer =>
  async (records) => {
    const { append, appended } = createRecordingAppender();
    const fates = await fatesOf(createHandler({ appender: { append } }), records);
    return { fates, written: appended };
  };

type Tables = Parameters<typeof createRecordingDatabase>[0];

/**
 * A service that writes into its database: what it would write, by what it finds, in each of these states. The database
 * is stood in for at this level; the services' own int tests hold the same handlers to a real one. When it writes
 * (`created_at`) does not come from the record.
 */
const writing =
  <E>(
    createHandler: (options: { database: Pick<Database, 'transaction'> }) => Handler<E>,
    states: Tables[],
  ): Consumer =>
  async (records) => {
    const made: { fates: string[]; written: unknown[] }[] = [];
    for (const tables of states) {
      const { database, written } = createRecordingDatabase(tables);
      const fates = await fatesOf(createHandler({ database }), records);
      made.push({ fates, written: written.map(withoutTime) });
    }
    return made;
  };

function withoutTime(write: Write): unknown {
  if (!('into' in write)) return write;
  return { ...write, rows: write.rows.map((row) => ({ ...row, created_at: undefined })) };
}

/** The order that pacts are about, as a service remembers it. */
const order = {
  order_id: 'order-1',
  user_id: 'user-1',
  product_id: 'CATALOG-001',
  qty: 10,
  unit_price: 1500,
  total_price: 15_000,
  placed_at: new Date('2026-07-01T01:30:05.123Z'),
};

const stock = [{ product_id: order.product_id, available: 100 }];
const catalogs = writing(createReserveStock, [
  { stock, reservations: [], movements: [] },
  { stock, reservations: [{ ...order, status: 'RESERVED', reason: null }], movements: [] },
]);

const wallets = [{ user_id: order.user_id, balance: order.total_price }];
const users = writing(createTakePayment, [
  { wallets, payments: [] },
  { wallets, payments: [{ ...order, status: 'PAID', reason: null, amount: order.total_price }] },
]);

const orders = appending(createSettleOrders);
const projector = appending(createProjectOrders);

/** What a sink writes. Which schema a row has counts as well where each change of it ends a batch. */
function sinkOf(connector: string, { schemaCounts }: { schemaCounts: boolean }): Consumer {
  const definition = readDefinition(join(definitionsFolder, `${connector}.json`));
  const sink = createSink(definition);
  const columns = [...declaredColumns(definition).keys()];
  return (records) =>
    records.map((record) => {
      const written = sink(record);
      if (!written) return 'not on its topics';
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
export async function observe(consumer: Consumer, records: readonly Append[]): Promise<string> {
  try {
    return JSON.stringify(await consumer(records));
  } catch (error) {
    if (error instanceof InvalidRecordError) return 'dead letter';
    throw error;
  }
}
