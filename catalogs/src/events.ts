import { z } from 'zod';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import { isIdentifier } from '@ordermesh/chassis/identifiers';
import { parseJsonValue, recordIdentity, type ConsumedRecord } from '@ordermesh/chassis/record';

export const ordersTopic = 'orders.events';

export type OrderPlaced = {
  type: 'OrderPlaced';
  orderId: string;
  userId: string;
  productId: string;
  qty: number;
  unitPrice: number;
  totalPrice: number;
  placedAt: Date;
};

/** Units taken out of stock by hand, outside of any order. */
export type StockMoved = { type: 'StockMoved'; movementId: string; productId: string; qty: number };

export type OrdersEvent = OrderPlaced | StockMoved;

/** Written to orders.events for others. */
const ofNoConcern = ['OrderCancelRequested', 'OrderConfirmed', 'OrderRejected', 'OrderCancelled'];

const movementIdLimit = 300;
const maxQty = 10_000;
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
const qty = field(`an integer from 1 to ${maxQty}`, isIntegerUpTo(1, maxQty));
const money = field(
  `an integer from 0 to ${Number.MAX_SAFE_INTEGER}`,
  isIntegerUpTo(0, Number.MAX_SAFE_INTEGER),
);
const dateTime = z.iso.datetime({
  offset: true,
  error: ({ input }) => `is ${show(input)}; expected a date and time of ISO 8601 with its zone`,
});

const movement = z.object({
  productId: id,
  qty,
  unitPrice: money.optional(),
  totalPrice: money.optional(),
});
const order = z.object({
  orderId: id,
  userId: id,
  productId: id,
  qty,
  unitPrice: money,
  totalPrice: money,
  placedAt: dateTime.optional(),
});

function parse<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => [...path, message].join(' '));
  throw new InvalidRecordError(mistakes.join(', '));
}

/** In whole numbers of any size: a product of two doubles could be rounded to the very total that was claimed. */
function checkTotal(count: number, unitPrice: number, totalPrice: number): void {
  const total = BigInt(count) * BigInt(unitPrice);
  if (total !== BigInt(totalPrice)) {
    throw new InvalidRecordError(`totalPrice is ${totalPrice}; expected qty × unitPrice = ${total}`);
  }
}

function toPlacedAt(placedAt: string | undefined, record: ConsumedRecord): Date {
  const time = placedAt === undefined ? Number(record.timestamp) : Date.parse(placedAt);
  if (time >= earliest && time <= latest) return new Date(time);
  throw new InvalidRecordError(
    `placedAt is ${placedAt ?? record.timestamp}; expected a year from 1000 to 9999`,
  );
}

function parseOrder(value: unknown, record: ConsumedRecord): OrderPlaced {
  const { placedAt, ...fields } = parse(order, value);
  checkTotal(fields.qty, fields.unitPrice, fields.totalPrice);
  return { type: 'OrderPlaced', ...fields, placedAt: toPlacedAt(placedAt, record) };
}

function parseMovement(value: unknown, record: ConsumedRecord): StockMoved {
  const { productId, qty: count, unitPrice, totalPrice } = parse(movement, value);
  if (unitPrice !== undefined && totalPrice !== undefined) checkTotal(count, unitPrice, totalPrice);
  const movementId = recordIdentity(record);
  if (!movementId.isWellFormed() || [...movementId].length > movementIdLimit) {
    throw new InvalidRecordError(`the record's origin is longer than ${movementIdLimit} characters`);
  }
  return { type: 'StockMoved', movementId, productId, qty: count };
}

/**
 * Reads a record of orders.events. Without a `type` header it is taken for OrderPlaced, so that a record typed into a
 * console producer counts; without an orderId that is a plain stock movement. Null for what is of no concern here.
 * Throws InvalidRecordError, saying what was wrong and what was expected.
 */
export function parseOrdersEvent(record: ConsumedRecord): OrdersEvent | null {
  const type = record.headers['type'] ?? 'OrderPlaced';
  if (ofNoConcern.includes(type)) return null;
  if (type !== 'OrderPlaced') {
    throw new InvalidRecordError(`the type ${show(type)} is unknown on ${record.topic}`);
  }
  const value = parseJsonValue(record);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidRecordError(`the value is ${show(value)}; expected a JSON object`);
  }
  return 'orderId' in value ? parseOrder(value, record) : parseMovement(value, record);
}
