import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, Kafka, KafkaMessage, PartitionAssigner } from 'kafkajs';
import { AssignerProtocol } from 'kafkajs';
import { Failure } from '../failure.ts';

/** Offsets `from` up to and without `to` of one partition. */
export type Range = { topic: string; partition: number; from: number; to: number };

/** Within so many milliseconds the broker has to deliver anything at all. */
const stuckAfter = 15_000;
const leaveWithin = 3_000;

/** Gives this client the partitions that it wants and nothing else, whatever topics it subscribes to. */
const assignOnly =
  (ranges: Range[]): PartitionAssigner =>
  () => {
    const name = 'OrdermeshRanges';
    const assignment: Record<string, number[]> = {};
    for (const { topic, partition } of ranges) (assignment[topic] ??= []).push(partition);
    return {
      name,
      version: 0,
      protocol: ({ topics }) => ({
        name,
        metadata: AssignerProtocol.MemberMetadata.encode({ version: 0, topics, userData: Buffer.alloc(0) }),
      }),
      assign: ({ members }) =>
        Promise.resolve(
          members.map(({ memberId }, i) => ({
            memberId,
            memberAssignment: AssignerProtocol.MemberAssignment.encode({
              version: 0,
              assignment: i === 0 ? assignment : {},
              userData: Buffer.alloc(0),
            }),
          })),
        ),
    };
  };

/**
 * Reads ranges of partitions, in order of the offsets within each, and resolves when all of them were read.
 * `onMessages` may be asynchronous; when it gives false, that partition is left alone from there.
 * With `group` it reads as the only member of that consumer group, whose offsets `commit` sets; without, nothing stays.
 */
export async function readTopics(options: {
  kafka: Kafka;
  admin: Admin;
  ranges: Range[];
  group?: string;
  onMessages: (
    range: Range,
    messages: KafkaMessage[],
    commit: (offset: number) => Promise<void>,
  ) => Promise<boolean | undefined> | boolean | undefined;
}): Promise<void> {
  const { kafka, admin, onMessages } = options;
  const ranges = options.ranges.filter(({ from, to }) => from < to);
  if (ranges.length === 0) return;
  const open = new Map(
    ranges.map((range) => [`${range.topic}/${range.partition}`, { range, next: range.from }]),
  );
  const groupId = options.group ?? `ordermesh-read-${randomUUID()}`;
  const consumer = kafka.consumer({
    groupId,
    partitionAssigners: [assignOnly(ranges)],
    sessionTimeout: 10_000,
    heartbeatInterval: 1_000,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: 4 * 1024 * 1024,
    maxBytes: 32 * 1024 * 1024,
    allowAutoTopicCreation: false,
    retry: { restartOnFailure: () => Promise.resolve(false) },
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>();
  let over = false;
  // A member that died holds up the group until the broker takes it for dead: only then the clock starts.
  let lastSign = Infinity;
  const fail = (error: unknown) => {
    over = true;
    reject(error);
  };

  function close(topic: string, partition: number): void {
    consumer.pause([{ topic, partitions: [partition] }]);
    open.delete(`${topic}/${partition}`);
    if (open.size === 0) resolve(undefined);
  }

  consumer.on('consumer.crash', ({ payload }) => fail(payload.error));
  consumer.on('consumer.group_join', () => {
    lastSign = Date.now();
    for (const { range, next } of open.values())
      consumer.seek({ topic: range.topic, partition: range.partition, offset: String(next) });
  });
  // Comes for batches without a record for us, too: such as hold only the marks of transactions.
  consumer.on('consumer.end_batch_process', ({ payload: { topic, partition, lastOffset } }) => {
    lastSign = Date.now();
    const read = open.get(`${topic}/${partition}`);
    if (over || !read) return;
    read.next = Math.max(read.next, Number(lastOffset) + 1);
    if (read.next >= read.range.to) close(topic, partition);
  });
  const watch = setInterval(() => {
    if (Date.now() - lastSign < stuckAfter) return;
    const [where] = [...open.values()].map(({ range, next }) => `${range.topic}-${range.partition}@${next}`);
    fail(new Failure(`Kafka delivers nothing from ${where} on`));
  }, 1_000);

  try {
    await consumer.connect();
    await consumer.subscribe({ topics: [...new Set(ranges.map(({ topic }) => topic))], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: async ({ batch, resolveOffset, isStale }) => {
        const { topic, partition } = batch;
        const read = open.get(`${topic}/${partition}`);
        if (over || !read || isStale()) return;
        const { range, next } = read;
        const wanted = batch.messages.filter(
          ({ offset }) => Number(offset) >= next && Number(offset) < range.to,
        );
        const commit = (offset: number) =>
          consumer.commitOffsets([{ topic, partition, offset: String(offset) }]);
        try {
          const goOn = wanted.length === 0 || (await onMessages(range, wanted, commit));
          resolveOffset(batch.lastOffset());
          if (goOn === false) close(topic, partition);
        } catch (error) {
          fail(error);
        }
      },
    });
    await ended;
  } finally {
    over = true;
    clearInterval(watch);
    // A broker that is away must not hold up the message that says so.
    await Promise.race([
      consumer.disconnect().catch(() => undefined),
      delay(leaveWithin, undefined, { ref: false }),
    ]);
    if (options.group === undefined) await admin.deleteGroups([groupId]).catch(() => undefined);
  }
}
