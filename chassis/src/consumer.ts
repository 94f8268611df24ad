import { setTimeout as delay } from 'node:timers/promises';
import type { Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { Appender } from './appender.ts';
import { applySplitting, type Rejected } from './apply-batch.ts';
import { toDeadLetter, type DeadLetter } from './dead-letters.ts';
import { InvalidRecordError } from './errors.ts';
import type { Health } from './health.ts';
import type { Logger } from './log.ts';
import { toConsumedRecord, type ConsumedRecord } from './record.ts';
import type { Part } from './service.ts';

/** How a service takes part in a topic. `E` is its own reading of a record. */
export type Handler<E> = {
  topics: string[];
  /** Reads one record. Null for one that is of no concern here; throws InvalidRecordError for a malformed one. */
  parse(record: ConsumedRecord): E | null;
  /**
   * Applies events of one partition, in order of their offsets, in one transaction; idempotent, as any of them may
   * come again. Returns those that can never be applied. May throw: see applySplitting.
   */
  apply(events: E[]): Promise<Rejected<E>[]>;
};

/** The broker takes a member for dead after this; its partitions go to the others. */
const sessionTimeoutMs = 10_000;
const heartbeatIntervalMs = 1_000;

type Read<E> = { event: E; record: ConsumedRecord };

/**
 * Consumes at least once, batch by batch: read, apply in one transaction, append the dead letters, and only then
 * commit the offsets. A dependency that is down holds the partition where it is, without leaving the group, until the
 * batch succeeds: nothing is skipped.
 */
export function createConsumer<E>(options: {
  kafka: Kafka;
  groupId: string;
  handler: Handler<E>;
  appender: Appender;
  health: Health;
  log: Logger;
}): Part {
  const { kafka, groupId, handler, appender, health } = options;
  const log = options.log.child({ group: groupId });
  let consumer: Consumer | undefined;
  let joined = false;
  let stopping = false;

  function read(records: ConsumedRecord[]): { events: Read<E>[]; malformed: DeadLetter[] } {
    const events: Read<E>[] = [];
    const malformed: DeadLetter[] = [];
    for (const record of records) {
      try {
        const event = handler.parse(record);
        if (event !== null) events.push({ event, record });
      } catch (error) {
        if (!(error instanceof InvalidRecordError)) throw error;
        malformed.push({ record, reason: error.message });
      }
    }
    return { events, malformed };
  }

  async function process(records: ConsumedRecord[]): Promise<void> {
    const { events, malformed } = read(records);
    const rejected = await applySplitting(events, async (some) => {
      const recordOf = new Map(some.map((one) => [one.event, one]));
      const refused = await handler.apply(some.map((one) => one.event));
      return refused.flatMap(({ event, reason }) => {
        const whole = recordOf.get(event);
        return whole ? [{ event: whole, reason }] : [];
      });
    });
    const deadLetters = [
      ...malformed,
      ...rejected.map(({ event, reason }) => ({ record: event.record, reason })),
    ];
    await Promise.all(deadLetters.map((letter) => appender.append(toDeadLetter(groupId, letter))));
    for (const { record, reason } of deadLetters) {
      const { topic, partition, offset } = record;
      log.warn({ topic, partition, offset, reason }, 'dead letter');
    }
  }

  async function pauseWithHeartbeats(pauseMs: number, heartbeat: () => Promise<void>): Promise<void> {
    for (let left = pauseMs; left > 0 && !stopping; left -= heartbeatIntervalMs) {
      await delay(Math.min(left, heartbeatIntervalMs));
      await heartbeat();
    }
  }

  /** Tries until the batch is applied (true) or the service stops (false). */
  async function processUntilApplied(
    records: ConsumedRecord[],
    heartbeat: () => Promise<void>,
  ): Promise<boolean> {
    for (let pause = 250; !stopping; pause = Math.min(pause * 2, 5_000)) {
      try {
        await process(records);
        return true;
      } catch (error) {
        const { topic, partition, offset } = records[0] ?? {};
        log.error({ error, topic, partition, offset }, 'batch not applied, trying again');
        await pauseWithHeartbeats(pause, heartbeat);
      }
    }
    return false;
  }

  async function eachBatch({ batch, heartbeat, resolveOffset, commitOffsetsIfNecessary }: EachBatchPayload) {
    const { topic, partition, messages } = batch;
    const records = messages.map((message) => toConsumedRecord(topic, partition, message));
    if (!(await processUntilApplied(records, heartbeat))) return;
    resolveOffset(batch.lastOffset());
    const next = String(BigInt(batch.lastOffset()) + 1n);
    await commitOffsetsIfNecessary({ topics: [{ topic, partitions: [{ partition, offset: next }] }] });
  }

  async function run(): Promise<Consumer> {
    const candidate = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      rebalanceTimeout: 15_000,
      // The broker answers as soon as there is a byte; this only bounds an idle wait (and how long a stop takes).
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      // Whatever ends the consumer (broker away, topic deleted), it joins again from the committed offsets.
      retry: {
        initialRetryTime: 300,
        maxRetryTime: 3_000,
        retries: 5,
        restartOnFailure: () => Promise.resolve(true),
      },
    });
    candidate.on('consumer.group_join', ({ payload }) => {
      joined = true;
      log.info({ partitions: payload.memberAssignment }, 'joined the group');
    });
    candidate.on('consumer.crash', () => (joined = false));
    try {
      await candidate.connect();
      await candidate.subscribe({ topics: handler.topics, fromBeginning: true });
      await candidate.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 3,
        eachBatch,
      });
      return candidate;
    } catch (error) {
      await candidate.disconnect().catch(() => undefined);
      throw error;
    }
  }

  async function runUntilStarted(): Promise<void> {
    while (!stopping && !consumer) {
      try {
        consumer = await run();
      } catch (error) {
        log.warn({ error }, 'the consumer could not start, trying again');
        await delay(1_000);
      }
    }
  }

  health.add(`consumer ${groupId}`, () => joined);

  let starting: Promise<void> | undefined;
  return {
    name: `consumer ${groupId}`,
    start: () => {
      starting = runUntilStarted();
      return Promise.resolve();
    },
    stop: async () => {
      stopping = true;
      await Promise.race([starting, delay(2_000)]);
      await consumer?.disconnect();
    },
  };
}
