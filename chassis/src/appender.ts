import { setTimeout as delay } from 'node:timers/promises';
import { Partitioners, type Kafka, type Producer } from 'kafkajs';
import { UnavailableError } from './errors.ts';
import type { Health } from './health.ts';
import type { Logger } from './log.ts';
import type { Part } from './service.ts';

/** What is appended to a topic; a null key lets the partitioner choose. */
export type Append = {
  topic: string;
  key: Buffer | string | null;
  value: Buffer | string | null;
  headers: Record<string, Buffer | string>;
};

type Waiting = {
  record: Append;
  bytes: number;
  resolve: () => void;
  reject: (error: Error) => void;
  timer: NodeJS.Timeout;
};

/** A caller is told within this time, in milliseconds, that the broker did not acknowledge. */
const answerWithinMs = 4_500;
/** One produce request stays below the broker's default limit of 1 MiB per batch, even if all go to one partition. */
const batchBytes = 512 * 1024;
const batchRecords = 2_000;

/**
 * Appends records, collecting whatever is waiting into one produce request at a time (linger 0): a lone record
 * leaves at once, and under load the batch grows by itself.
 *
 * The producer is idempotent (KIP-98), acks=all. After a failed request it is replaced by a new one: the failed
 * batch may have been stored, its sequence numbers would be given to the next batch, and the broker would
 * acknowledge that one as a duplicate without storing it.
 */
export function createAppender(options: { kafka: Kafka; health: Health; log: Logger }) {
  const { kafka, health, log } = options;
  const waiting: Waiting[] = [];
  let producer: Producer | undefined;
  let pumping: Promise<void> | undefined;
  let stopped = false;

  function createProducer(): Producer {
    return kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      // A failed request is answered in time rather than retried for long.
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 4 },
    });
  }

  async function connect(): Promise<Producer> {
    for (let pause = 100; !stopped; pause = Math.min(pause * 2, 1_000)) {
      const candidate = createProducer();
      try {
        await candidate.connect();
        return candidate;
      } catch (error) {
        log.warn({ error }, 'the broker is out of reach, trying again');
        discard(candidate);
        await delay(pause);
      }
    }
    throw new UnavailableError('stopping');
  }

  function discard(unusable: Producer): void {
    void unusable.disconnect().catch(() => undefined);
  }

  function takeBatch(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const entry of waiting) {
      bytes += entry.bytes;
      if (count > 0 && (bytes > batchBytes || count === batchRecords)) break;
      count++;
    }
    return waiting.splice(0, count);
  }

  async function send(batch: Waiting[], through: Producer): Promise<void> {
    const byTopic = Map.groupBy(batch, (entry) => entry.record.topic);
    const topicMessages = [...byTopic].map(([topic, entries]) => ({
      topic,
      messages: entries.map(({ record: { key, value, headers } }) => ({ key, value, headers })),
    }));
    const timeout = AbortSignal.timeout(answerWithinMs);
    await new Promise<void>((resolve, reject) => {
      timeout.addEventListener('abort', () =>
        reject(new UnavailableError('the broker did not acknowledge in time')),
      );
      through.sendBatch({ acks: -1, timeout: answerWithinMs, topicMessages }).then(() => resolve(), reject);
    });
  }

  function settle(batch: Waiting[], outcome: (entry: Waiting) => void): void {
    for (const entry of batch) {
      clearTimeout(entry.timer);
      outcome(entry);
    }
  }

  async function pump(): Promise<void> {
    while (waiting.length > 0 && !stopped) {
      producer ??= await connect();
      const batch = takeBatch();
      if (batch.length === 0) continue;
      try {
        await send(batch, producer);
        settle(batch, (entry) => entry.resolve());
      } catch (cause) {
        log.warn({ error: cause, records: batch.length }, 'append failed, its callers are told');
        discard(producer);
        producer = undefined;
        settle(batch, (entry) =>
          entry.reject(new UnavailableError('the event was not acknowledged', { cause })),
        );
      }
    }
  }

  function startPumping(): void {
    pumping ??= pump().finally(() => {
      pumping = undefined;
      if (waiting.length > 0 && !stopped) startPumping();
    });
    pumping.catch((error: unknown) => log.debug({ error }, 'appending ended'));
  }

  function giveUp(entry: Waiting): void {
    const position = waiting.indexOf(entry);
    if (position >= 0) waiting.splice(position, 1);
    entry.reject(new UnavailableError('the broker did not acknowledge in time'));
  }

  /**
   * Resolves when the broker has acknowledged the record (acks=all); rejects with UnavailableError within 5 s
   * otherwise, in which case the record may or may not have been stored.
   */
  function append(record: Append): Promise<void> {
    if (stopped) return Promise.reject(new UnavailableError('stopping'));
    return new Promise((resolve, reject) => {
      const bytes = 200 + (record.value?.length ?? 0) + (record.key?.length ?? 0);
      const entry: Waiting = {
        record,
        bytes,
        resolve,
        reject,
        timer: setTimeout(() => giveUp(entry), answerWithinMs),
      };
      waiting.push(entry);
      startPumping();
    });
  }

  health.add('kafka producer', () => producer !== undefined);

  const part: Part = {
    name: 'appender',
    start: () => {
      // In the background: a service serves what it can while the broker is away.
      void connect().then(
        (connected) => (producer ? discard(connected) : (producer = connected)),
        () => undefined,
      );
      return Promise.resolve();
    },
    stop: async () => {
      await pumping?.catch(() => undefined);
      stopped = true;
      await producer?.disconnect();
    },
  };
  return { ...part, append };
}
export type Appender = ReturnType<typeof createAppender>;
