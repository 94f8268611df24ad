import type { KafkaMessage } from 'kafkajs';
import { z } from 'zod';
import { isoTime, originHeader, readLetter, type Position } from '../dlq/letter.ts';
import { decode } from '../dlq/text.ts';

/** What happened to an order, as one record tells it. */
export type Event = Position & {
  /** ISO 8601. */
  at: string;
  type: string;
  /** Of an order's row. */
  status?: string;
  reason?: string;
  traceId?: string;
  id?: string;
  /** When the order was placed (ISO 8601), as far as this record says it. */
  placedAt?: string;
  /** The consumer that gave this record up, and why. */
  deadLetter?: { by?: string; why?: string; from?: Position };
  /** It was a dead letter, and was replayed. */
  replayed?: true;
};

const text = z.string().optional().catch(undefined);
const flat = z.object({ orderId: text, reason: text, placedAt: text });
/** A row in Kafka Connect's JSON envelope. */
const envelope = z.object({
  payload: z.object({
    order_id: text,
    status: text,
    reason: text,
    created_at: z.number().optional().catch(undefined),
  }),
});

type Fields = { orderId?: string; status?: string; reason?: string; placedAt?: string };

function fieldsOf(value: Buffer | null): Fields | undefined {
  if (value === null) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(decode(value) ?? '');
  } catch {
    return undefined;
  }
  const row = envelope.safeParse(json);
  if (row.success) {
    const { order_id: orderId, status, reason, created_at: createdAt } = row.data.payload;
    return { orderId, status, reason, ...(createdAt && { placedAt: isoTime(String(createdAt)) }) };
  }
  return flat.safeParse(json).data;
}

/** Whether it is worth a closer look; cheap, as it is asked of every record that is read. */
export function createMayConcern(orderId: string): (message: KafkaMessage) => boolean {
  const id = Buffer.from(orderId);
  // As JSON has it: with escapes, if it needs any.
  const quoted = Buffer.from(JSON.stringify(orderId));
  return ({ key, value }) => key?.equals(id) === true || (value !== null && value.includes(quoted));
}

const rowsTopic = 'orders';

/**
 * Reads a record as a part of an order's history; undefined when it belongs to another one. What the value says counts
 * and, where it says nothing, the key.
 */
export function readEvent(
  orderId: string,
  topic: string,
  partition: number,
  message: KafkaMessage,
): Event | undefined {
  const { key, value, timestamp } = message;
  const letter = readLetter(topic, partition, message);
  const fields = fieldsOf(value);
  const about = fields?.orderId ?? (key && decode(key));
  const dead = topic.endsWith('.dlq');
  // A dead letter may be too broken to be read: then it counts when it quotes the id.
  const quotes = dead && fields === undefined && value?.includes(JSON.stringify(orderId)) === true;
  if (about !== orderId && !quotes) return undefined;
  const header = (name: string) => letter.headers[name]?.at(-1)?.toString();
  const at = (dead ? letter.at : undefined) ?? isoTime(timestamp);
  const source = dead ? letter.from?.topic : topic;
  // Without a type it is what consumers take it for.
  const type = header('type') ?? (source === rowsTopic ? 'OrderRow' : 'OrderPlaced');
  const traceId = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(header('traceparent') ?? '')?.[1];
  const id = header('id');
  const { consumer: by, reason: why, from } = letter;
  return {
    ...{ topic, partition, offset: letter.offset, at, type },
    ...(fields?.status !== undefined && { status: fields.status }),
    ...(fields?.reason !== undefined && { reason: fields.reason }),
    ...(traceId !== undefined && { traceId }),
    ...(id !== undefined && { id }),
    ...(fields?.placedAt !== undefined && { placedAt: fields.placedAt }),
    ...(dead && { deadLetter: { by, why, from } }),
    ...(!dead && message.headers?.[originHeader] !== undefined && { replayed: true as const }),
  };
}
