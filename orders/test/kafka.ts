import { randomUUID } from 'node:crypto';
import { createKafka } from '@ordermesh/chassis/kafka';
import { createLogger } from '@ordermesh/chassis/log';
import type { Stack } from './stack.ts';

export type Found = {
  partition: number;
  offset: string;
  key: string | null;
  value: string | null;
  headers: Record<string, string>;
};

/** Reads and writes topics as an operator does, apart from the services' own groups. */
export async function connectKafka(stack: Stack) {
  const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  const kafka = createKafka({ brokers: stack.kafkaBrokers.split(','), clientId: 'orders-test', log });
  const admin = kafka.admin();
  const producer = kafka.producer();
  await Promise.all([admin.connect(), producer.connect()]);

  const endOf = async (topic: string) => {
    const ends = await admin.fetchTopicOffsets(topic);
    return new Map(ends.map(({ partition, high }) => [partition, BigInt(high)]));
  };

  /** What was appended to a topic since a position, up to now. */
  async function since(topic: string, from: Map<number, bigint>): Promise<Found[]> {
    const missing = await endOf(topic);
    for (const [partition, end] of missing) if ((from.get(partition) ?? 0n) >= end) missing.delete(partition);
    const found: Found[] = [];
    if (missing.size === 0) return found;
    const consumer = kafka.consumer({ groupId: `test-${randomUUID()}`, maxWaitTimeInMs: 100 });
    const all = Promise.withResolvers<undefined>();
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachMessage: ({ partition, message: { key, value, offset, headers } }) => {
        if (BigInt(offset) >= (from.get(partition) ?? 0n)) {
          found.push({
            partition,
            offset,
            key: key && key.toString(),
            value: value && value.toString(),
            headers: Object.fromEntries(
              Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]),
            ),
          });
        }
        const end = missing.get(partition);
        if (end !== undefined && BigInt(offset) + 1n >= end) missing.delete(partition);
        if (missing.size === 0) all.resolve(undefined);
        return Promise.resolve();
      },
    });
    for (const [partition, offset] of from) consumer.seek({ topic, partition, offset: String(offset) });
    await all.promise;
    await consumer.disconnect();
    return found;
  }

  return {
    endOf,
    since,
    produce: (
      topic: string,
      messages: { key?: string; value: string | null; headers?: Record<string, string> }[],
    ) => producer.send({ topic, messages }),
    disconnect: () => Promise.all([admin.disconnect(), producer.disconnect()]),
  };
}
export type TestKafka = Awaited<ReturnType<typeof connectKafka>>;
