import { randomUUID } from 'node:crypto';
import { asAdmin } from './databases.ts';
import type { DatabaseServer } from './databases.ts';
import { createKafkaClient } from '@ordermesh/connectors/kafka-client';
import { waitFor } from './wait-for.ts';

/** What the probes go through: Kafka, and the databases at both ends. */
type Pipes = { addresses: { kafkaBrokers: string }; database: DatabaseServer };

/** Connectors catch up with what happened while they were down before they come to the probe. */
const deadline = 120_000;
const probeTopic = 'orders.probes';

const column = (field: string, type: string) => ({ field, type, optional: false });
const envelope = (orderId: string) => ({
  schema: {
    type: 'struct',
    name: 'orders',
    optional: false,
    fields: [
      ...['order_id', 'user_id', 'product_id'].map((name) => column(name, 'string')),
      column('qty', 'int32'),
      column('unit_price', 'int64'),
      column('total_price', 'int64'),
    ],
  },
  payload: {
    order_id: orderId,
    user_id: 'probe',
    product_id: 'probe',
    qty: 1,
    unit_price: 1,
    total_price: 1,
  },
});

/** A record through the orders sink into its own table: a RUNNING task would prove nothing. */
async function probeOrdersSink({ addresses, database }: Pipes, signal: AbortSignal): Promise<void> {
  const orderId = `probe-${randomUUID()}`;
  const producer = createKafkaClient(addresses.kafkaBrokers).producer();
  await producer.connect();
  try {
    const messages = [{ key: orderId, value: JSON.stringify(envelope(orderId)) }];
    await producer.send({ topic: probeTopic, acks: -1, messages });
  } finally {
    await producer.disconnect();
  }
  await asAdmin(database, async (connection) => {
    const arrived = () =>
      connection
        .query<unknown[]>('SELECT 1 FROM orders.probes WHERE order_id = ?', [orderId])
        .then((rows) => rows.length > 0);
    await waitFor(arrived, { what: 'the probe of the orders sink in orders.probes', deadline, signal });
    await connection.query('DELETE FROM orders.probes');
  });
}

/** A change of a product through source and sink connector into the price replica. */
async function probePriceReplica({ database }: Pick<Pipes, 'database'>, signal: AbortSignal): Promise<void> {
  await asAdmin(database, async (connection) => {
    const replica = () =>
      connection
        .query<{ at: string }[]>(
          "SELECT CAST(updated_at AS CHAR) AS at FROM orders.products WHERE id = 'CATALOG-001'",
        )
        .then((rows) => rows[0]?.at);
    const options = { deadline, signal };
    const before = await waitFor(replica, { what: 'CATALOG-001 in the price replica', ...options });
    await connection.query(
      "UPDATE catalogs.products SET updated_at = UTC_TIMESTAMP(3) WHERE id = 'CATALOG-001'",
    );
    const changed = async () => (await replica()) !== before;
    await waitFor(changed, { what: 'a change of CATALOG-001 in the price replica', ...options });
  });
}

/**
 * A row through the outbox of a service and its connector to the service's topic. It is of the type Probe, which every
 * consumer passes over. The topic's growing proves the pipe: nothing else writes to it.
 */
async function probeOutbox(
  service: 'catalogs' | 'users',
  { addresses, database }: Pipes,
  signal: AbortSignal,
): Promise<void> {
  const topic = `${service}.events`;
  const admin = createKafkaClient(addresses.kafkaBrokers).admin();
  await admin.connect();
  try {
    const records = async () =>
      (await admin.fetchTopicOffsets(topic)).reduce((sum, { high }) => sum + Number(high), 0);
    const before = await records();
    await asAdmin(database, async (connection) => {
      const id = randomUUID();
      await connection.beginTransaction();
      await connection.query(
        `INSERT INTO ${service}.outbox (id, type, aggregate_id, payload) VALUES (?, 'Probe', 'probe', '{}')`,
        [id],
      );
      await connection.query(`DELETE FROM ${service}.outbox WHERE id = ?`, [id]);
      await connection.commit();
    });
    const arrived = async () => (await records()) > before;
    await waitFor(arrived, { what: `the probe of ${service}-outbox in ${topic}`, deadline, signal });
  } finally {
    await admin.disconnect();
  }
}

/** Only what has come out at the other end proves that a pipe works. */
export async function probePipes(pipes: Pipes, signal: AbortSignal): Promise<void> {
  await Promise.all([
    probeOutbox('catalogs', pipes, signal),
    probeOutbox('users', pipes, signal),
    probeOrdersSink(pipes, signal),
    probePriceReplica(pipes, signal),
  ]);
}
