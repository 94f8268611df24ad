import type { Append } from './appender.ts';
import { originHeader, recordIdentity, type ConsumedRecord } from './record.ts';

/** A record that can never be processed, and why. */
export type DeadLetter = { record: ConsumedRecord; reason: string };

const reasonLimit = 1_000;

/** The record as it came, for the consumer's dead-letter topic, with headers that say why and where from. */
export function toDeadLetter(groupId: string, { record, reason }: DeadLetter, now = new Date()): Append {
  return {
    topic: `${groupId}.dlq`,
    key: record.key,
    value: record.value,
    headers: {
      ...(record.headerBytes ?? record.headers),
      'dead-letter-reason': reason.slice(0, reasonLimit),
      'dead-letter-consumer': groupId,
      'dead-letter-topic': record.topic,
      'dead-letter-partition': String(record.partition),
      'dead-letter-offset': record.offset,
      'dead-letter-timestamp': record.timestamp,
      'dead-letter-at': now.toISOString(),
      [originHeader]: recordIdentity(record),
    },
  };
}
