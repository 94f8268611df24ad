import { setTimeout as delay } from 'node:timers/promises';
import type { Appender } from './appender.ts';
import { createBatchProcessor, type Handler } from './batch-processor.ts';
import { joinGroup, type RoundHandler } from './group-session.ts';
import { createConsumerMetrics } from './consumer-metrics.ts';
import type { Health } from './health.ts';
import type { KafkaClient } from './kafka.ts';
import { createLag } from './lag.ts';
import type { Logger } from './log.ts';
import { startProcessing, type Processed } from './messaging-spans.ts';
import { toConsumedRecord, type ConsumedRecord } from './record.ts';
import type { Part } from './service.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';

export type { Handler };

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

  const onRound: RoundHandler = async (batches, heartbeat, isOver) => {
    const begun = performance.now();
    const spans = batches.map(({ topic, partition, messages }) =>
      startProcessing(
        tracer,
        groupId,
        messages.map((message) => toConsumedRecord(topic, partition, message)),
      ),
    );
    const failed = (error: unknown) => spans.forEach((each) => each.failed(error));
    const records = spans.flatMap((each) => each.records);
    let processed: Processed | undefined;
    try {
      // One transaction for all of them: it is shown as part of the first one's trace.
      const work = () => untilProcessed(records, failed, heartbeat, isOver);
      processed = await (spans[0]?.run(work) ?? work());
    } finally {
      for (const each of spans) each.end(processed);
      measured.lasted(performance.now() - begun);
    }
    if (!processed) return false;
    for (const [topic, of] of Map.groupBy(records, (record) => record.topic)) {
      const refused = processed.refused.filter(({ record }) => record.topic === topic);
      measured.dealtWith(topic, of.length, refused.length);
    }
    return true;
  };

  /** Tries until all is applied or the membership is over (undefined). */
  async function untilProcessed(
    records: ConsumedRecord[],
    failed: (error: unknown) => void,
    heartbeat: () => Promise<void>,
    isOver: () => boolean,
  ): Promise<Processed | undefined> {
    let lost: unknown;
    const beat = () => heartbeat().catch((error: unknown) => (lost = error));
    const heart = setInterval(() => void beat(), heartbeatEveryMs);
    try {
      for (let pause = firstPauseMs; !isOver(); pause = Math.min(pause * 2, longestPauseMs)) {
        try {
          return await process(records);
        } catch (error) {
          const { topic, partition, offset } = records[0] ?? {};
          failed(error);
          log.error({ error, topic, partition, offset }, 'batch not applied, trying again');
        }
        for (let left = pause; left > 0 && !isOver() && lost === undefined; left -= heartbeatEveryMs) {
          await delay(Math.min(left, heartbeatEveryMs));
        }
        // The group is rebalancing, or has given the partition to someone else: the client has to join again.
        if (lost !== undefined) throw lost;
      }
      return undefined;
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
