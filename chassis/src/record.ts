import type { KafkaMessage } from 'kafkajs';
import { InvalidRecordError } from './errors.ts';

/** A record as a consumer sees it; header values are text (of a repeated header the last). */
export type ConsumedRecord = {
  topic: string;
  partition: number;
  offset: string;
  /** Unix milliseconds, as the broker has it. */
  timestamp: string;
  key: Buffer | null;
  value: Buffer | null;
  headers: Record<string, string>;
};

export function toConsumedRecord(topic: string, partition: number, message: KafkaMessage): ConsumedRecord {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const last = Array.isArray(value) ? value.at(-1) : value;
    if (last !== undefined) headers[name] = last.toString();
  }
  const { offset, timestamp, key, value } = message;
  return { topic, partition, offset, timestamp, key, value, headers };
}

/**
 * The identity of a record that carries none of its own: `topic-partition-offset-timestamp`. The timestamp tells
 * apart the records of a topic that was deleted and created anew. A replayed dead letter carries its first one along.
 */
export function recordIdentity(record: ConsumedRecord): string {
  const carried = record.headers[originHeader];
  return carried ?? `${record.topic}-${record.partition}-${record.offset}-${record.timestamp}`;
}
export const originHeader = 'dead-letter-origin';

/** The value parsed as JSON. Throws InvalidRecordError. */
export function parseJsonValue(record: ConsumedRecord): unknown {
  if (record.value === null) throw new InvalidRecordError('the value is null; expected a JSON object');
  try {
    return JSON.parse(record.value.toString('utf8')) as unknown;
  } catch {
    throw new InvalidRecordError('the value is not JSON');
  }
}
