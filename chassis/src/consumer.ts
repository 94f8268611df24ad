import { setTimeout as delay } from 'node:timers/promises';
import type { Appender } from './appender.ts';
import { createBatchProcessor, type Handler } from './batch-processor.ts';
import { joinGroup, type BatchHandler } from './group-session.ts';
import type { Health } from './health.ts';
import type { KafkaClient } from './kafka.ts';
import type { Logger } from './log.ts';
import { toConsumedRecord } from './record.ts';
import type { Part } from './service.ts';

export type { Handler };

const heartbeatEveryMs = 1_000;
const [firstPauseMs, longestPauseMs] = [250, 5_000];
/** An orderly leave takes as long as a fetch; one from a broker that is away is not waited for. */
const leaveWithinMs = 5_000;

/**
 * Consumes at least once, batch by batch: read, apply in one transaction, append the dead letters, and only then
 * commit the offsets. A dependency that is down holds the partition where it is, without leaving the group, until the
 * batch succeeds: nothing is skipped. Whatever ends the membership (broker away, topic deleted), it joins again from
 * the committed offsets, for as long as the service runs.
 */
export function createConsumer<E>(options: {
  kafka: KafkaClient;
  groupId: string;
  handler: Handler<E>;
  appender: Pick<Appender, 'append'>;
  health: Health;
  log: Logger;
}): Part {
  const { kafka, groupId, handler, appender, health } = options;
  const log = options.log.child({ group: groupId });
  const process = createBatchProcessor({ groupId, handler, appender, log });
  const stop = new AbortController();
  let joined = false;
  let supervised: Promise<void> | undefined;

  /** Tries until the batch is applied (true) or the membership is over (false). */
  const onBatch: BatchHandler = async ({ topic, partition, messages }, heartbeat, isOver) => {
    const records = messages.map((message) => toConsumedRecord(topic, partition, message));
    let lost: unknown;
    const beat = () => heartbeat().catch((error: unknown) => (lost = error));
    const heart = setInterval(() => void beat(), heartbeatEveryMs);
    try {
      for (let pause = firstPauseMs; !isOver(); pause = Math.min(pause * 2, longestPauseMs)) {
        try {
          await process(records);
          return true;
        } catch (error) {
          const { offset } = records[0] ?? {};
          log.error({ error, topic, partition, offset }, 'batch not applied, trying again');
        }
        for (let left = pause; left > 0 && !isOver() && lost === undefined; left -= heartbeatEveryMs) {
          await delay(Math.min(left, heartbeatEveryMs));
        }
        // The group is rebalancing, or has given the partition to someone else: the client has to join again.
        if (lost !== undefined) throw lost;
      }
      return false;
    } finally {
      clearInterval(heart);
    }
  };

  async function takePart(): Promise<void> {
    const onJoined = () => void (joined = true);
    const session = await joinGroup({ kafka, groupId, topics: handler.topics, onBatch, onJoined, log });
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
      await Promise.race([supervised, delay(leaveWithinMs, undefined, { ref: false })]);
    },
  };
}
