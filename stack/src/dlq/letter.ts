import type { IHeaders, KafkaMessage } from 'kafkajs';

/** The position of a record. */
export type Position = { topic: string; partition: number; offset: number };

/** What a record of a dead-letter topic says about itself. */
export type Letter = Position & {
  /** The consumer group or connector that could not process it, as far as it is said. */
  consumer?: string;
  reason?: string;
  /** When it was given up (ISO 8601). Kafka Connect does not say. */
  at?: string;
  /** Where it came from. Absent when somebody put it there by hand. */
  from?: Position;
  /** The record's time, in Unix milliseconds, when it was first appended. */
  timestamp: string;
  /** The record's identity, which it keeps however often it is replayed. */
  identity?: string;
  key: Buffer | null;
  value: Buffer | null;
  /** As the record had them, without what its consumer or Kafka Connect added. */
  headers: Record<string, Buffer[]>;
};

/** Carries the identity of a replayed record: `topic-partition-offset-timestamp` of the first one. */
export const originHeader = 'dead-letter-origin';
const ours = 'dead-letter-';
/** Kafka Connect, errors.deadletterqueue.context.headers.enable (KIP-298). */
const connects = '__connect.errors.';

/** The values of each header; one that is null counts as none, as it does for every consumer. */
function valuesOf(headers: IHeaders | undefined): Record<string, Buffer[]> {
  const values: Record<string, Buffer[]> = {};
  for (const [name, value] of Object.entries(headers ?? {})) {
    const given: unknown[] = Array.isArray(value) ? value : [value];
    const present = given.filter((each) => typeof each === 'string' || Buffer.isBuffer(each));
    if (present.length > 0) values[name] = present.map((each) => Buffer.from(each));
  }
  return values;
}

export function readLetter(topic: string, partition: number, message: KafkaMessage): Letter {
  const all = valuesOf(message.headers);
  const said = (name: string) => all[name]?.at(-1)?.toString();
  const byConnect = said(`${connects}topic`) !== undefined && `${said(`${ours}consumer`)}.dlq` !== topic;
  const prefix = byConnect ? connects : ours;
  const from = positionOf(said(`${prefix}topic`), said(`${prefix}partition`), said(`${prefix}offset`));
  // Connect gives the dead letter the time of the record; our consumers write it down beside the time of the failure.
  const timestamp = (byConnect ? undefined : said(`${ours}timestamp`)) ?? message.timestamp;
  const identity =
    said(originHeader) ?? (from && `${from.topic}-${from.partition}-${from.offset}-${timestamp}`);
  const reason = byConnect
    ? (said(`${connects}exception.message`) ?? said(`${connects}exception.class.name`))
    : said(`${ours}reason`);
  const consumer = byConnect ? said(`${connects}connector.name`) : said(`${ours}consumer`);
  const at = byConnect ? undefined : said(`${ours}at`);
  const headers = Object.fromEntries(
    Object.entries(all).filter(([name]) => !name.startsWith(ours) && !name.startsWith(connects)),
  );
  return {
    ...{ topic, partition, offset: Number(message.offset), timestamp },
    ...(consumer !== undefined && { consumer }),
    ...(reason !== undefined && { reason }),
    ...(at !== undefined && { at }),
    ...(from && { from }),
    ...(identity !== undefined && { identity }),
    ...{ key: message.key, value: message.value, headers },
  };
}

function positionOf(topic?: string, partition?: string, offset?: string): Position | undefined {
  const isNumber = (text?: string) => text !== undefined && /^\d{1,15}$/.test(text);
  if (!topic || !isNumber(partition) || !isNumber(offset)) return undefined;
  return { topic, partition: Number(partition), offset: Number(offset) };
}

export const showPosition = ({ topic, partition, offset }: Position) => `${topic}-${partition}@${offset}`;

/** A record's time as ISO 8601, or what it is if it is none. */
export function isoTime(timestamp: string): string {
  const date = new Date(Number(timestamp));
  return Number.isNaN(date.getTime()) ? timestamp : date.toISOString();
}
