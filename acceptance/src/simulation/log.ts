import type { orderPlaced } from '@ordermesh/orders/events';
import type { readOutcome } from '@ordermesh/orders/read-outcome';

/** A record as the services read it, and as they append it. */
export type LogRecord = Parameters<typeof readOutcome>[0];
export type Append = ReturnType<typeof orderPlaced>;

export const topics = ['orders.events', 'catalogs.events', 'users.events', 'orders'] as const;
export type Topic = (typeof topics)[number];

/** Which partition a record goes to. */
export type Partitioner = (record: Append, partitions: number) => number;

/** The hash of the key, or of the value where there is none: what has one key has one order. */
export const partitionByKey: Partitioner = ({ key, value }, partitions) => {
  let hash = 0;
  for (const character of String(key ?? value)) hash = (Math.imul(hash, 31) + character.charCodeAt(0)) >>> 0;
  return hash % partitions;
};

const toBuffer = (value: Buffer | string | null) => (typeof value === 'string' ? Buffer.from(value) : value);

/**
 * Topics of partitions. Within a partition records keep their order; between partitions there is none, as every consumer
 * reads each partition at its own pace.
 */
export function createLog(options: { partitions: number; partitionOf: Partitioner; now: () => number }) {
  const { partitions, partitionOf, now } = options;
  const records = new Map<string, LogRecord[][]>(
    topics.map((topic) => [topic, Array.from({ length: partitions }, () => [])]),
  );

  function partitionsOf(topic: string): LogRecord[][] {
    const found = records.get(topic);
    if (!found) throw new Error(`there is no topic ${topic}`);
    return found;
  }
  function partition(topic: string, number: number): LogRecord[] {
    const found = partitionsOf(topic)[number];
    if (!found) throw new Error(`there is no partition ${topic}/${number}`);
    return found;
  }

  return {
    partitions,
    partition,

    /** `to` is for a record that goes back to the partition that it came from. */
    append(record: Append, to?: number): LogRecord {
      const number = to ?? partitionOf(record, partitions);
      const target = partition(record.topic, number);
      const headers: Record<string, string> = {};
      for (const name in record.headers) headers[name] = String(record.headers[name]);
      const { topic, key, value } = record;
      const appended: LogRecord = {
        ...{ topic, partition: number, offset: String(target.length), timestamp: String(now()) },
        ...{ key: toBuffer(key), value: toBuffer(value), headers },
      };
      target.push(appended);
      return appended;
    },
  };
}
export type Log = ReturnType<typeof createLog>;
