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
  /** The same as they came, of a repeated header the last: text would change what is not UTF-8. */
  headerBytes?: Record<string, Buffer>;
};

export function toConsumedRecord(topic: string, partition: number, message: KafkaMessage): ConsumedRecord {
  const headers: Record<string, string> = {};
  const headerBytes: Record<string, Buffer> = {};
  for (const [name, value] of Object.entries(message.headers ?? {})) {
    const last: Buffer | string | null | undefined = Array.isArray(value) ? value.at(-1) : value;
    // A header may be null (Kafka Connect writes an empty column so), whatever the client's types say.
    if (last === undefined || last === null) continue;
    headers[name] = last.toString();
    headerBytes[name] = typeof last === 'string' ? Buffer.from(last) : last;
  }
  const { offset, timestamp, key, value } = message;
  return { topic, partition, offset, timestamp, key, value, headers, headerBytes };
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

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Strictly: replacing what is not UTF-8 would make one id of two. */
function decodeUtf8(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new InvalidRecordError('the value is not UTF-8');
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new InvalidRecordError('the value is not JSON');
  }
}

/** The value parsed as JSON. Throws InvalidRecordError. */
export function parseJsonValue(record: Pick<ConsumedRecord, 'value'>): unknown {
  if (record.value === null) throw new InvalidRecordError('the value is null; expected a JSON object');
  return parseJson(decodeUtf8(record.value));
}
