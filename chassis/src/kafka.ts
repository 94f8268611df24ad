import { createRequire } from 'node:module';
import { Kafka, logLevel, type LogEntry } from 'kafkajs';
import { crc32c } from './crc32c.ts';
import { encodeRecordsWith } from './encode-record.ts';
import { replaceInKafkajs } from './kafkajs-module.ts';
import type { Logger } from './log.ts';

type RequestQueue = { throttledUntil: number; pending: unknown[]; scheduleCheckPendingRequests(): void };

/**
 * After every request kafkajs sets a timer that looks for throttled requests, with a negative delay when nothing is
 * throttled: wasted work, and a warning per request on current Node versions. Nothing pending needs no timer.
 */
function silenceIdleThrottleTimer(): void {
  const require = createRequire(import.meta.url);
  const { prototype } = require('kafkajs/src/network/requestQueue') as { prototype: RequestQueue };
  const schedule = prototype.scheduleCheckPendingRequests;
  prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}
silenceIdleThrottleTimer();
replaceInKafkajs('protocol/recordBatch/record/v0', encodeRecordsWith);
replaceInKafkajs('protocol/recordBatch/crc32C', () => crc32c);

/** Kafka clients write what an operator can act on; connection noise of a broker that is away is debug output. */
function logTo(log: Logger) {
  return () =>
    ({ level, log: entry }: LogEntry): void => {
      const details = { groupId: entry['groupId'], broker: entry['broker'], cause: entry['error'] };
      if (level === logLevel.ERROR) log.warn({ kafka: details }, entry.message);
      else log.debug({ kafka: details }, entry.message);
    };
}

/** kafkajs, and the brokers (host:port) for what it does not speak. */
export type KafkaClient = Kafka & { readonly brokers: string[] };

export function createKafka(options: { brokers: string[]; clientId: string; log: Logger }): KafkaClient {
  const kafka = new Kafka({
    brokers: options.brokers,
    clientId: options.clientId,
    logLevel: logLevel.WARN,
    logCreator: logTo(options.log),
    connectionTimeout: 1_000,
    requestTimeout: 10_000,
    retry: { initialRetryTime: 100, maxRetryTime: 2_000, retries: 8 },
  });
  return Object.assign(kafka, { brokers: options.brokers });
}
