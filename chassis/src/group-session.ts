import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, Consumer, EachBatchPayload } from 'kafkajs';
import type { KafkaClient } from './kafka.ts';
import type { Logger } from './log.ts';
import { createRounds } from './rounds.ts';
import { findStaleOffsets } from './stale-offsets.ts';
import { createTopicIds } from './topic-ids.ts';

/** The broker takes a member for dead after this, the least that it allows; its partitions go to the others. */
const sessionTimeoutMs = 6_000;
const heartbeatIntervalMs = 1_000;
/** How soon it is noticed that a topic was deleted, or that nothing moves any more. */
const watchEveryMs = 1_000;
/** Without a fetch or a heartbeat for so long, while the broker answers, the client library is taken for stuck. */
const stuckAfterMs = 30_000;

/** A consumer may have so many partitions at a time: more than one ever has, so that a fetch is dealt with in one go. */
const partitionsAtATime = 100;
/** Of a backlog every partition gets its share of each fetch, and a fetch is not more than a transaction can bear. */
const partitionBytes = 256 * 1024;

/**
 * Deals with the batches of some partitions. What is committed of them is not given to anybody again; the rest is, once the
 * membership is over.
 */
export type RoundHandler = (
  batches: Batch[],
  membership: {
    heartbeat: () => Promise<void>;
    isOver: () => boolean;
    commit: (dealtWith: Batch[]) => Promise<void>;
  },
) => Promise<void>;

/**
 * One membership in a consumer group, on the topics as they are now. It is over (`ended` resolves with the reason) when
 * the client gave up, when a topic was deleted or created anew, or when nothing moves: the caller leaves and joins
 * again from the committed offsets, which is the one way out of every trouble.
 *
 * kafkajs by itself keeps its offsets in memory when a topic is created anew, and goes on in the middle of the new log.
 */
export async function joinGroup(options: {
  kafka: KafkaClient;
  groupId: string;
  topics: string[];
  onRound: RoundHandler;
  onJoined: () => void;
  log: Logger;
}) {
  const { kafka, groupId, topics, onRound, onJoined, log } = options;
  const topicIds = createTopicIds(kafka.brokers, topics);
  const joinedIds = await topicIds.read();
  const missing = topics.filter((topic) => !joinedIds.has(topic));
  if (missing.length > 0) {
    topicIds.close();
    throw new Error(`there is no topic ${missing.join(', ')}`);
  }
  const consumer: Consumer = kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatIntervalMs,
    rebalanceTimeout: 15_000,
    // The broker answers as soon as there is a byte; this only bounds an idle wait (and how long a stop takes).
    maxWaitTimeInMs: 500,
    maxBytesPerPartition: partitionBytes,
    allowAutoTopicCreation: false,
    retry: {
      initialRetryTime: 200,
      maxRetryTime: 1_000,
      retries: 10,
      restartOnFailure: () => Promise.resolve(false),
    },
  });
  const { promise: ended, resolve } = Promise.withResolvers<string>();
  let over = false;
  let lastSign = Date.now();
  let busy = 0;
  let rewound: Promise<void> = Promise.resolve();

  function end(reason: string): void {
    over = true;
    resolve(reason);
  }

  async function requireSameTopics(): Promise<void> {
    const now = await topicIds.read();
    const changed = topics.filter((topic) => now.get(topic) !== joinedIds.get(topic));
    if (changed.length > 0) end(`the topic ${changed.join(', ')} was deleted or created anew`);
  }

  /** Goes back to the beginning of partitions whose committed offset belongs to a log that is gone. */
  async function rewind(assigned: Record<string, number[]>): Promise<void> {
    for (const stale of await findStaleOffsets(kafka, groupId, joinedIds)) {
      if (!assigned[stale.topic]?.includes(stale.partition)) continue;
      log.warn(stale, 'the committed offset is of a deleted topic, starting at the beginning of the new one');
      consumer.seek(stale);
    }
  }

  async function watch(): Promise<void> {
    for (;;) {
      await delay(watchEveryMs, undefined, { ref: false });
      if (over) return;
      const answered = await requireSameTopics().then(
        () => true,
        () => false,
      );
      if (!answered) lastSign = Date.now();
      if (busy === 0 && Date.now() - lastSign > stuckAfterMs) end('the consumer is stuck');
    }
  }

  const signOfLife = () => void (lastSign = Date.now());
  consumer.on('consumer.heartbeat', signOfLife);
  consumer.on('consumer.fetch', signOfLife);
  consumer.on('consumer.end_batch_process', signOfLife);
  consumer.on('consumer.crash', ({ payload }) => end(payload.error.message));
  consumer.on('consumer.group_join', ({ payload }) => {
    signOfLife();
    log.info({ partitions: payload.memberAssignment }, 'joined the group');
    rewound = rewind(payload.memberAssignment);
    rewound.then(onJoined, (error: unknown) => end(`the committed offsets are unknown: ${String(error)}`));
  });

  async function commit(batches: Batch[], { commitOffsetsIfNecessary }: EachBatchPayload): Promise<void> {
    const byTopic = Map.groupBy(batches, ({ topic }) => topic);
    const offsets = [...byTopic].map(([topic, of]) => ({
      topic,
      partitions: of.map((batch) => ({
        partition: batch.partition,
        offset: String(BigInt(batch.lastOffset()) + 1n),
        metadata: joinedIds.get(topic),
      })),
    }));
    await commitOffsetsIfNecessary({ topics: offsets }).catch((error: Error) => {
      end(`the offsets could not be committed: ${error.message}`);
      throw error;
    });
  }

  async function take(fetched: EachBatchPayload[]): Promise<void> {
    await rewound;
    // The batches were fetched before, so they are of the topics that were joined if those are still the same.
    await requireSameTopics();
    if (over) return;
    const current = fetched.filter(({ isStale }) => !isStale());
    const [first] = current;
    if (!first) return;
    const batches = current.map(({ batch }) => batch);
    busy++;
    try {
      await onRound(batches, {
        heartbeat: first.heartbeat,
        isOver: () => over,
        commit: (dealtWith) => {
          for (const { batch, resolveOffset } of current)
            if (dealtWith.includes(batch)) resolveOffset(batch.lastOffset());
          return commit(dealtWith, first);
        },
      });
    } finally {
      busy--;
    }
  }

  async function leave(): Promise<void> {
    end('stopping');
    await consumer.disconnect().finally(() => topicIds.close());
  }

  try {
    await consumer.connect();
    await consumer.subscribe({ topics, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: partitionsAtATime,
      eachBatch: createRounds({ dealWith: take, count: ({ batch }) => batch.messages.length }),
    });
  } catch (error) {
    await leave().catch(() => undefined);
    throw error;
  }
  void watch();
  return { ended, leave };
}
