import { setTimeout as delay } from 'node:timers/promises';
import type { Kafka, Producer } from 'kafkajs';
import { UnavailableError } from './errors.ts';
import type { Health } from './health.ts';
import type { Logger } from './log.ts';
import { startSending } from './messaging-spans.ts';
import { createStablePartitioner } from './partitioner.ts';
import type { Part } from './service.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';
import { withoutTrace } from './trace.ts';

/** What is appended to a topic; a record without a key goes to a partition by its value. */
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
const answerWithinMs = 4_000;
/** One produce request stays below the broker's default limit of 1 MiB per batch, even if all go to one partition. */
const batchBytes = 512 * 1024;
const batchRecords = 2_000;
/** Each record but the first that went along earns the next request so long a wait, in milliseconds, from the beginning … */
const lingerMsPerRecord = 2.5;
/** … and no request waits for longer. */
const longestLingerMs = 8;
/** What the record format adds to the bytes of a record at most, rounded up. */
const recordOverhead = 64;

const byteLength = (data: Buffer | string | null): number => (data === null ? 0 : Buffer.byteLength(data));

function sizeOf({ key, value, headers }: Append): number {
  let size = recordOverhead + byteLength(key) + byteLength(value);
  for (const [name, header] of Object.entries(headers)) size += 4 + byteLength(name) + byteLength(header);
  return size;
}

/**
 * How long after its beginning a request is followed by the next one at the soonest, in milliseconds. A request costs
 * broker and client as much as several records do: where they come one after the other, some are collected first.
 */
export const lingerAfter = (records: number): number =>
  Math.min((records - 1) * lingerMsPerRecord, longestLingerMs);

/**
 * Appends records, collecting whatever is waiting into one produce request at a time: a lone record leaves at once, and
 * under load the batch grows, also by waiting for a few milliseconds. Records of one key keep the order of the calls.
 *
 * The producer is idempotent (KIP-98), acks=all. After a failed request it is replaced by a new one: the failed
 * batch may have been stored, its sequence numbers would be given to the next batch, and the broker would
 * acknowledge that one as a duplicate without storing it.
 */
export function createAppender(options: {
  name?: string;
  kafka: Kafka;
  health: Health;
  telemetry?: Telemetry;
  log: Logger;
}) {
  const { name = 'appender', kafka, health, telemetry = noTelemetry(), log } = options;
  const { tracer, metrics } = telemetry;
  const duration = metrics
    .histogram({
      name: 'kafka_append_duration_seconds',
      help: 'Time from handing a record over until it is acknowledged, or is not',
      labelNames: ['appender'],
    })
    .labels({ appender: name });
  const appended = metrics.counter({
    name: 'kafka_appended_records_total',
    help: 'Records that the broker has acknowledged',
    labelNames: ['appender', 'topic'],
  });
  const waiting: Waiting[] = [];
  const drained = Promise.withResolvers<undefined>();
  let unanswered = 0;
  let current: Promise<Producer> | undefined;
  let connected = false;
  let pumping = false;
  let stopping = false;
  let stopped = false;

  function createProducer(): Producer {
    return kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: createStablePartitioner,
      // A failed request is answered in time rather than retried for long.
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 4 },
    });
  }

  /** Tries until the broker answers or the service stops. */
  async function connect(): Promise<Producer> {
    for (let pause = 100; !stopped; pause = Math.min(pause * 2, 1_000)) {
      const candidate = createProducer();
      try {
        await candidate.connect();
        if (stopped) break;
        connected = true;
        return candidate;
      } catch (error) {
        log.warn({ error }, 'the broker is out of reach, trying again');
        discard(candidate);
        await delay(pause);
      }
    }
    throw new UnavailableError('stopping');
  }

  function connectAnew(): Promise<Producer> {
    connected = false;
    current = connect();
    // Whoever needs it waits for it; until then nobody may be there to see it fail.
    current.catch(() => undefined);
    return current;
  }

  function discard(unusable: Producer): void {
    unusable.disconnect().catch(() => undefined);
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

  async function send(batch: Waiting[], producer: Producer): Promise<void> {
    const byTopic = Map.groupBy(batch, (entry) => entry.record.topic);
    const topicMessages = [...byTopic].map(([topic, entries]) => ({
      topic,
      messages: entries.map(({ record: { key, value, headers } }) => ({ key, value, headers })),
    }));
    const sending = producer.sendBatch({ acks: -1, timeout: answerWithinMs, topicMessages });
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        // Given up, but it may still connect and retry: disconnected once more when it is through with that.
        sending.catch(() => undefined).finally(() => discard(producer));
        reject(new UnavailableError('the broker did not acknowledge in time'));
      }, answerWithinMs);
    });
    await Promise.race([sending, timeout]).finally(() => clearTimeout(timer));
  }

  function answer(entry: Waiting, error?: Error): void {
    clearTimeout(entry.timer);
    if (error) entry.reject(error);
    else entry.resolve();
  }

  async function deliver(batch: Waiting[], producer: Producer): Promise<void> {
    try {
      await send(batch, producer);
      for (const entry of batch) answer(entry);
    } catch (cause) {
      log.warn({ error: cause, records: batch.length }, 'append failed, its callers are told');
      void connectAnew();
      discard(producer);
      const error = new UnavailableError('the event was not acknowledged', { cause });
      for (const entry of batch) answer(entry, error);
    }
  }

  async function pump(): Promise<void> {
    pumping = true;
    try {
      while (waiting.length > 0) {
        const producer = await (current ?? connectAnew());
        const begun = performance.now();
        const batch = takeBatch();
        if (batch.length === 0) continue;
        await deliver(batch, producer);
        const left = lingerAfter(batch.length) - (performance.now() - begun);
        if (left >= 1) await delay(left);
      }
    } finally {
      pumping = false;
    }
  }

  /** In no trace: it connects and sends for all who wait, not only for the one who came first. */
  function startPump(): void {
    if (pumping) return;
    withoutTrace(() => void pump().catch((error: unknown) => log.debug({ error }, 'appending ended')));
  }

  function giveUp(entry: Waiting): void {
    const position = waiting.indexOf(entry);
    if (position >= 0) waiting.splice(position, 1);
    entry.reject(new UnavailableError('the broker did not acknowledge in time'));
  }

  /**
   * Resolves when the broker has acknowledged the record (acks=all); rejects with UnavailableError within 4 s
   * otherwise, in which case the record may or may not have been stored.
   */
  async function append(given: Append): Promise<void> {
    if (stopping) throw new UnavailableError('stopping');
    unanswered++;
    const begun = performance.now();
    const { record, span } = startSending(tracer, given);
    try {
      await new Promise<void>((resolve, reject) => {
        const entry: Waiting = {
          record,
          bytes: sizeOf(record),
          resolve,
          reject,
          timer: setTimeout(() => giveUp(entry), answerWithinMs),
        };
        waiting.push(entry);
        startPump();
      });
      appended.inc({ appender: name, topic: record.topic });
    } catch (error) {
      span.fail(error);
      throw error;
    } finally {
      span.end();
      duration.observe((performance.now() - begun) / 1_000);
      unanswered--;
      if (stopping && unanswered === 0) drained.resolve(undefined);
    }
  }

  health.add(name === 'appender' ? 'kafka producer' : `kafka producer of ${name}`, () => connected);

  const part: Part = {
    name,
    start: () => {
      // In the background: a service serves what it can while the broker is away.
      void (current ?? connectAnew());
      return Promise.resolve();
    },
    stop: async () => {
      stopping = true;
      if (unanswered > 0) await drained.promise;
      stopped = true;
      if (connected) await (await current)?.disconnect();
    },
  };
  return { ...part, append };
}
export type Appender = ReturnType<typeof createAppender>;
