import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { toConsumedRecord, type ConsumedRecord } from './record.ts';
import type { KafkaClient } from './kafka.ts';

const leaveWithinMs = 3_000;

/**
 * Reads a topic from its first record on and goes on reading what is appended, apart from every consumer group: nothing
 * stays behind. `onRecords` gets the records of one partition in their order and is awaited; partitions are read side by
 * side.
 */
export function createLogReader(options: {
  kafka: KafkaClient;
  topic: string;
  onRecords: (records: ConsumedRecord[]) => Promise<void>;
}) {
  const { kafka, topic, onRecords } = options;
  const groupId = `log-reader-${randomUUID()}`;
  const admin = kafka.admin();
  const consumer = kafka.consumer({
    groupId,
    maxWaitTimeInMs: 50,
    maxBytesPerPartition: 4 * 1024 * 1024,
    maxBytes: 32 * 1024 * 1024,
    allowAutoTopicCreation: false,
    retry: { initialRetryTime: 200, maxRetryTime: 1_000, retries: 10, restartOnFailure: async () => false },
  });
  /** The offset that comes next, by partition. */
  const next = new Map<number, bigint>();
  let failure: { cause: unknown } | undefined;
  let records = 0;

  const fail = (cause: unknown) => {
    failure ??= { cause };
  };
  consumer.on('consumer.crash', ({ payload }) => fail(payload.error));
  // Comes for batches without a record for us, too: such as hold only the marks of transactions.
  consumer.on('consumer.end_batch_process', ({ payload: { partition, lastOffset } }) => {
    const after = BigInt(lastOffset) + 1n;
    if (after > (next.get(partition) ?? 0n)) next.set(partition, after);
  });

  /** Of each partition how many records there are to read, and how many of them are still unread. */
  async function look() {
    const partitions = await admin.fetchTopicOffsets(topic);
    return partitions.map(({ partition, low, high }) => ({
      partition,
      low: BigInt(low),
      high: BigInt(high),
    }));
  }

  return {
    async start(): Promise<void> {
      await Promise.all([admin.connect(), consumer.connect()]);
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        partitionsConsumedConcurrently: 3,
        eachBatch: async ({ batch }) => {
          if (failure) return;
          try {
            await onRecords(
              batch.messages.map((message) => toConsumedRecord(topic, batch.partition, message)),
            );
            records += batch.messages.length;
          } catch (error) {
            // Thrown here, the client would read the batch again and again.
            fail(error);
          }
        },
      });
    },

    /** How many records were read so far. */
    read: () => records,

    /**
     * Resolves when everything was read that is in the topic at the time of the call. Throws what went wrong in reading,
     * or when that takes longer than `withinMs`.
     */
    async caughtUp({
      withinMs = Infinity,
      onProgress,
    }: { withinMs?: number; onProgress?: (read: number, total: number) => void } = {}): Promise<void> {
      const deadline = Date.now() + withinMs;
      const ends = await look();
      const total = ends.reduce((sum, { low, high }) => sum + Number(high - low), 0);
      const unread = () =>
        ends.reduce((sum, { partition, low, high }) => {
          const left = high - (next.get(partition) ?? low);
          return left > 0n ? sum + Number(left) : sum;
        }, 0);
      for (let left = unread(); left > 0; left = unread()) {
        if (failure) break;
        if (Date.now() > deadline) throw new Error(`${left} records of ${topic} are still unread`);
        onProgress?.(total - left, total);
        await delay(10);
      }
      // A batch counts as read when it ended, even if in failure.
      if (failure) throw failure.cause;
    },

    async stop(): Promise<void> {
      // A broker that is away must not hold up the message that says so.
      const leave = async () => {
        await consumer.disconnect();
        await admin.deleteGroups([groupId]);
        await admin.disconnect();
      };
      await Promise.race([leave().catch(() => undefined), delay(leaveWithinMs, undefined, { ref: false })]);
    },
  };
}
export type LogReader = ReturnType<typeof createLogReader>;
