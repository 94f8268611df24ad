import type { Append } from '@ordermesh/chassis/appender';
import { createKafkaClient, runningStack, waitFor } from '@ordermesh/stack/testing';
import { createConnection, type Connection } from 'mariadb';
import { Partitioners } from 'kafkajs';
import { follow } from './running-shop.ts';

const stack = runningStack();

/** Appends records as they are, in one go. */
export async function append(records: readonly Append[]): Promise<void> {
  const producer = createKafkaClient(stack.kafkaBrokers).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const byTopic = Map.groupBy(records, ({ topic }) => topic);
  await producer.sendBatch({
    acks: -1,
    topicMessages: [...byTopic].map(([topic, messages]) => ({
      topic,
      messages: messages.map(({ key, value, headers }) => ({ key, value, headers })),
    })),
  });
  await producer.disconnect();
}

type Followed = Awaited<ReturnType<typeof follow>>['records'];

/** Reads topics from their beginning until there is what is looked for, and gives that. */
export async function readUntil<T>(
  topics: string[],
  what: string,
  look: (records: Followed) => T | undefined,
): Promise<T> {
  const { records, stop } = await follow(topics);
  try {
    const found = await waitFor(() => look(records), { what, deadline: 90_000 });
    return found;
  } finally {
    await stop();
  }
}

/** A connection of the account that may do everything, for as long as `work` takes. */
export async function withDatabase<T>(work: (sql: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection({
    ...stack.mariadb,
    user: 'stack_admin',
    password: stack.secrets.databases['stack_admin'],
    timezone: 'Z',
    bigIntAsNumber: true,
  });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
