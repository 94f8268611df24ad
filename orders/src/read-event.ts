import { z } from 'zod';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import { isIdentifier } from '@ordermesh/chassis/identifiers';
import { parseJsonValue, type ConsumedRecord } from '@ordermesh/chassis/record';
import { maxQty, type OrderStatus, type PlacedOrder } from './order.ts';

/** An order's new state, as an event on `orders.events` tells it. */
export type OrderChanged = PlacedOrder & { status: OrderStatus; reason: string | null; changedAt: Date };

/** Which status each type of event stands for; null for a wish, which changes nothing by itself. */
const statusOf = new Map<string, OrderStatus | null>([
  ['OrderPlaced', 'PENDING'],
  ['OrderConfirmed', 'CONFIRMED'],
  ['OrderRejected', 'REJECTED'],
  ['OrderCancelled', 'CANCELLED'],
  ['OrderCancelRequested', null],
]);

/** The range of MariaDB's DATETIME. */
const [earliest, latest] = [Date.parse('1000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

function show(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

function field<T>(expected: string, accepts: (value: unknown) => value is T) {
  return z.custom<T>(accepts, {
    error: ({ input }) =>
      input === undefined ? `is missing; expected ${expected}` : `is ${show(input)}; expected ${expected}`,
  });
}

const isIntegerUpTo =
  (min: number, max: number) =>
  (value: unknown): value is number =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max;

const id = field('a string of 1 to 64 characters', isIdentifier);
const money = field(
  `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`,
  isIntegerUpTo(0, Number.MAX_SAFE_INTEGER),
);

/** What is needed of an event; whatever else it carries is of no concern here. */
const order = z.object({
  orderId: id,
  userId: id,
  productId: id,
  qty: field(`an integer from 1 to ${maxQty}`, isIntegerUpTo(1, maxQty)),
  unitPrice: money,
  totalPrice: money,
  placedAt: z.iso
    .datetime({
      offset: true,
      error: ({ input }) => `is ${show(input)}; expected a date and time of ISO 8601 with its zone`,
    })
    .optional(),
});
const rejection = z.object({ reason: id });

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => [...path, message].join(' '));
  throw new InvalidRecordError(mistakes.join(', '));
}

function toDate(time: number, written: string): Date {
  if (time >= earliest && time <= latest) return new Date(time);
  throw new InvalidRecordError(`placedAt is ${written}; expected a year from 1000 to 9999`);
}

function readOrder(value: object, record: ConsumedRecord): PlacedOrder {
  const { placedAt, ...fields } = parse(order, value);
  // In whole numbers of any size: a product of two doubles could be rounded to the very total that was claimed.
  const total = BigInt(fields.qty) * BigInt(fields.unitPrice);
  if (total !== BigInt(fields.totalPrice)) {
    throw new InvalidRecordError(`totalPrice is ${fields.totalPrice}; expected qty × unitPrice = ${total}`);
  }
  const written = placedAt ?? record.timestamp;
  return { ...fields, placedAt: toDate(placedAt ? Date.parse(placedAt) : Number(written), written) };
}

/**
 * Reads a record of orders.events. Without a `type` header it is taken for OrderPlaced, so that a record typed into a
 * console producer is an order like any other; one without an orderId is a plain stock movement, which is none. Null
 * for what changes no order. Throws InvalidRecordError, saying what was wrong and what was expected.
 */
export function readOrderEvent(record: ConsumedRecord): OrderChanged | null {
  const type = record.headers['type'] ?? 'OrderPlaced';
  const status = statusOf.get(type);
  if (status === undefined) {
    throw new InvalidRecordError(`the type ${show(type)} is unknown on ${record.topic}`);
  }
  if (status === null) return null;
  const value = parseJsonValue(record);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidRecordError(`the value is ${show(value)}; expected a JSON object`);
  }
  // Whether a stock movement is well-formed is for catalogs to say: a dead letter of one consumer is enough.
  if (status === 'PENDING' && !('orderId' in value)) return null;
  const placed = readOrder(value, record);
  const changedAt =
    status === 'PENDING' ? placed.placedAt : toDate(Number(record.timestamp), record.timestamp);
  const reason = status === 'REJECTED' ? parse(rejection, value).reason : null;
  return { ...placed, status, reason, changedAt };
}
