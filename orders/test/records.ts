import type { Append } from '@ordermesh/chassis/appender';
import type { ConsumedRecord } from '@ordermesh/chassis/record';

const bytesOf = (content: Buffer | string | null) => (content === null ? null : Buffer.from(content));

/** A record as its consumer sees it; a value that is no text is written as JSON. */
export function recordOf(topic: string, value: unknown, more: Partial<ConsumedRecord> = {}): ConsumedRecord {
  return {
    topic,
    partition: 2,
    offset: '7',
    timestamp: String(Date.parse('2026-07-02T00:00:00.000Z')),
    key: null,
    value: bytesOf(typeof value === 'string' || value === null ? value : JSON.stringify(value)),
    headers: {},
    ...more,
  };
}

/** What was appended, as whoever consumes it sees it. */
export function consumed({ topic, key, value, headers }: Append, timestamp: number): ConsumedRecord {
  return recordOf(topic, null, {
    key: bytesOf(key),
    value: bytesOf(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)])),
    timestamp: String(timestamp),
  });
}
