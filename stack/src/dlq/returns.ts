import type { Kafka, Message, Producer } from 'kafkajs';
import { originHeader, type Letter } from './letter.ts';

export type Return = { topic: string; message: Message & { headers: Record<string, Buffer[]> } };

/** A request stays below what the broker takes at once, even if all of it goes to one partition. */
const requestBytes = 512 * 1024;

/**
 * The record that a dead letter was, for the partition that it came from: key, value, headers and time as they were,
 * and its identity, by which consumers know it should it come twice. `partitions` says how many a topic has.
 * Undefined when it does not say where it came from.
 */
export function toReturn(letter: Letter, partitions: ReadonlyMap<string, number>): Return | undefined {
  const { from, identity, key, value, headers, timestamp } = letter;
  if (!from) return undefined;
  const named = { ...headers };
  if (identity !== undefined) named[originHeader] = [Buffer.from(identity)];
  // The same partition again keeps a record without a key where it is when the client retries; a topic that was
  // created anew may have fewer.
  const same = from.partition < (partitions.get(from.topic) ?? 0) ? { partition: from.partition } : {};
  const time = Number(timestamp) >= 0 ? { timestamp } : {};
  return { topic: from.topic, message: { key, value, headers: named, ...same, ...time } };
}

function sizeOf({ key, value, headers }: Letter): number {
  const ofHeaders = Object.entries(headers).flatMap(([name, values]) =>
    values.map((each) => name.length + each.length + 8),
  );
  return ofHeaders.reduce((sum, each) => sum + each, 300 + (key?.length ?? 0) + (value?.length ?? 0));
}

/** Splits into runs that fit into one request each; one that is larger by itself stands alone. */
export function chunk(letters: Letter[]): Letter[][] {
  const chunks: Letter[][] = [];
  let room = 0;
  for (const letter of letters) {
    const size = sizeOf(letter);
    if (size > room || chunks.length === 0) {
      chunks.push([]);
      room = requestBytes;
    }
    chunks.at(-1)?.push(letter);
    room -= size;
  }
  return chunks;
}

const isTooLarge = (error: unknown) =>
  error instanceof Error && 'type' in error && error.type === 'MESSAGE_TOO_LARGE';

/** Appends what goes back, in order, acknowledged by all replicas. */
export function createReturner(kafka: Kafka) {
  let connected: Promise<Producer> | undefined;

  async function connect(): Promise<Producer> {
    const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false });
    await producer.connect();
    return producer;
  }

  async function close(): Promise<void> {
    const producer = connected;
    connected = undefined;
    await producer?.then((each) => each.disconnect()).catch(() => undefined);
  }

  /** Whether the broker took it; false when it is too large. */
  async function send(returns: Return[]): Promise<boolean> {
    const byTopic = Map.groupBy(returns, ({ topic }) => topic);
    const topicMessages = [...byTopic].map(([topic, some]) => ({
      topic,
      messages: some.map(({ message }) => message),
    }));
    try {
      const producer = await (connected ??= connect());
      await producer.sendBatch({ acks: -1, topicMessages });
      return true;
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      // The sequence numbers of the refused batch would be given to the next one: a new producer starts with its own.
      await close();
      return false;
    }
  }

  /** As large as its topic takes, it came without the header that says its identity; without it, it fits again. */
  function withoutOrigin({ topic, message }: Return): Return {
    const headers = Object.entries(message.headers).filter(([name]) => name !== originHeader);
    return { topic, message: { ...message, headers: Object.fromEntries(headers) } };
  }

  /** How many of them were appended: all, or those before one that is larger than its topic takes. */
  async function append(returns: Return[]): Promise<number> {
    if (returns.length === 0 || (await send(returns))) return returns.length;
    for (const [i, each] of returns.entries())
      if (!(await send([each])) && !(await send([withoutOrigin(each)]))) return i;
    return returns.length;
  }

  return { append, close };
}
