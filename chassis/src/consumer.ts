import { setTimeout as delay } from 'node:timers/promises';
import type { Batch } from 'kafkajs';
import type { Appender } from './appender.ts';
import { attemptParts } from './attempt-parts.ts';
import { createBatchProcessor, type Handler } from './batch-processor.ts';
import { joinGroup, type RoundHandler } from './group-session.ts';
import { createConsumerMetrics } from './consumer-metrics.ts';
import type { Health } from './health.ts';
import type { KafkaClient } from './kafka.ts';
import { createLag } from './lag.ts';
import type { Logger } from './log.ts';
import { startProcessing } from './messaging-spans.ts';
import { toConsumedRecord } from './record.ts';
import type { Part } from './service.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';

export type { Handler };

/** What a round holds of one partition. */
type Share = { batch: Batch; span: ReturnType<typeof startProcessing> };

const heartbeatEveryMs = 1_000;
const [firstPauseMs, longestPauseMs] = [250, 5_000];
/** An orderly leave takes as long as a fetch; one from a broker that is away is not waited for. */
const leaveWithinMs = 5_000;

/**
 * Consumes at least once, a fetch at a time, whatever partitions it is of: read, apply in one transaction, append the
 * dead letters, and only then commit the offsets. A dependency that is down holds the partitions where they are, without
 * leaving the group, until all succeeds: nothing is skipped. Whatever ends the membership (broker away, topic deleted), it joins again from
 * the committed offsets, for as long as the service runs.
 */
export function createConsumer<E>(options: {
  kafka: KafkaClient;
  groupId: string;
  handler: Handler<E>;
  appender: Pick<Appender, 'append'>;
  health: Health;
  telemetry?: Telemetry;
  log: Logger;
}): Part {
  const { kafka, groupId, handler, appender, health, telemetry = noTelemetry() } = options;
  const { tracer, metrics } = telemetry;
  const log = options.log.child({ group: groupId });
  const process = createBatchProcessor({ groupId, handler, appender, log });
  const stop = new AbortController();
  let joined = false;
  let supervised: Promise<void> | undefined;

  const measured = createConsumerMetrics(metrics, groupId, handler.topics);
  const lag = createLag({ kafka, groupId, topics: handler.topics, metrics });

  const onRound: RoundHandler = async (batches, { heartbeat, isOver, commit }) => {
    const begun = performance.now();
    const shares = batches.map((batch) => {
      const { topic, partition, messages } = batch;
      const records = messages.map((message) => toConsumedRecord(topic, partition, message));
      return { batch, span: startProcessing(tracer, groupId, records) };
    });
    const left = new Set(shares);
    const attempt = async (some: Share[]): Promise<void> => {
      const processed = await process(some.flatMap(({ span }) => span.records));
      await commit(some.map(({ batch }) => batch));
      for (const share of some) {
        left.delete(share);
        share.span.end(processed);
      }
      for (const [topic, of] of Map.groupBy(some, ({ batch }) => batch.topic)) {
        const count = of.reduce((sum, { span }) => sum + span.records.length, 0);
        const refused = processed.refused.filter(({ record }) => record.topic === topic);
        measured.dealtWith(topic, count, refused.length);
      }
    };
    try {
      // One transaction for all of them: it is shown as part of the first one's trace.
      const work = () => untilProcessed(shares, attempt, heartbeat, isOver);
      await (shares[0]?.span.run(work) ?? work());
    } finally {
      for (const { span } of left) span.end(undefined);
      measured.lasted(performance.now() - begun);
    }
  };

  /**
   * Tries until all is applied or the membership is over. Once that has failed for all together, each partition is tried
   * for itself: one that cannot be applied keeps no other from it, nor from having its offset committed.
   */
  async function untilProcessed(
    shares: Share[],
    attempt: (some: Share[]) => Promise<void>,
    heartbeat: () => Promise<void>,
    isOver: () => boolean,
  ): Promise<void> {
    let lost: unknown;
    const beat = () => heartbeat().catch((error: unknown) => (lost = error));
    const heart = setInterval(() => void beat(), heartbeatEveryMs);
    const failed = (error: unknown, some: Share[]): void => {
      for (const { span } of some) span.failed(error);
      const where = some.map(({ batch: { topic, partition, messages } }) => ({
        topic,
        partition,
        offset: messages[0]?.offset,
      }));
      log.error({ error, batches: where }, 'not applied, trying again');
    };
    let left = shares;
    try {
      for (let pause = firstPauseMs; !isOver(); pause = Math.min(pause * 2, longestPauseMs)) {
        left = await attemptParts(left, { together: pause === firstPauseMs, attempt, failed });
        if (left.length === 0) return;
        for (let wait = pause; wait > 0 && !isOver() && lost === undefined; wait -= heartbeatEveryMs) {
          await delay(Math.min(wait, heartbeatEveryMs));
        }
        // The group is rebalancing, or has given the partition to someone else: the client has to join again.
        if (lost !== undefined) throw lost;
      }
    } finally {
      clearInterval(heart);
    }
  }

  async function takePart(): Promise<void> {
    const onJoined = () => void (joined = true);
    const session = await joinGroup({ kafka, groupId, topics: handler.topics, onRound, onJoined, log });
    const stopped = () => void session.leave().catch(() => undefined);
    stop.signal.addEventListener('abort', stopped);
    try {
      if (stop.signal.aborted) stopped();
      const reason = await session.ended;
      if (!stop.signal.aborted) log.warn({ reason }, 'leaving the group to join it anew');
    } finally {
      joined = false;
      stop.signal.removeEventListener('abort', stopped);
      await Promise.race([
        session.leave().catch(() => undefined),
        delay(leaveWithinMs, undefined, { ref: false }),
      ]);
    }
  }

  async function supervise(): Promise<void> {
    let trouble: string | undefined;
    while (!stop.signal.aborted) {
      try {
        await takePart();
        trouble = undefined;
      } catch (error) {
        // Said once, not twice a second for as long as the broker is away.
        if (String(error) !== trouble) log.warn({ error }, 'the consumer cannot join its group, trying on');
        trouble = String(error);
      }
      await delay(500, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  health.add(`consumer ${groupId}`, () => joined);

  return {
    name: `consumer ${groupId}`,
    start: () => {
      supervised = supervise();
      return Promise.resolve();
    },
    stop: async () => {
      stop.abort();
      await Promise.race([
        Promise.all([supervised, lag.stop()]),
        delay(leaveWithinMs, undefined, { ref: false }),
      ]);
    },
  };
}
