import { z } from 'zod';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import { eventId, type OutboxEvent } from '@ordermesh/chassis/outbox';
import { recordIdentity, type ConsumedRecord } from '@ordermesh/chassis/record';
import {
  dateTimeField,
  identifierField,
  integerField,
  moneyField,
  parseFields,
  parseJsonObject,
  recordTime,
  requireProduct,
  show,
} from '@ordermesh/chassis/record-fields';
import type { Order, Reservation } from './reservation.ts';

export const ordersTopic = 'orders.events';
export const usersTopic = 'users.events';

/** What a client wants of an order, and the trace that the record belongs to. */
export type OrderEvent = {
  type: 'OrderPlaced' | 'OrderCancelRequested';
  order: Order;
  traceparent: string | undefined;
};

/** What became of an order's payment. What was ordered is known from the reservation; the product says what to lock. */
export type PaymentEvent = {
  type: 'PaymentCompleted' | 'PaymentDeclined';
  order: Pick<Order, 'orderId' | 'productId'>;
  traceparent: string | undefined;
};

/** Units taken out of stock by hand, outside of any order. */
export type StockMoved = { type: 'StockMoved'; movementId: string; productId: string; qty: number };

export type ConsumedEvent = OrderEvent | PaymentEvent | StockMoved;

/** Written to these topics for others. */
const ofNoConcern = {
  [ordersTopic]: ['OrderConfirmed', 'OrderRejected', 'OrderCancelled'],
  [usersTopic]: ['PaymentRefunded', 'Probe'],
};

const movementIdLimit = 300;
const qty = integerField(1, 10_000);

const movement = z.object({
  productId: identifierField,
  qty,
  unitPrice: moneyField.optional(),
  totalPrice: moneyField.optional(),
});
const order = z.object({
  orderId: identifierField,
  userId: identifierField,
  productId: identifierField,
  qty,
  unitPrice: moneyField,
  totalPrice: moneyField,
  placedAt: dateTimeField.optional(),
});
const paidOrder = z.object({ orderId: identifierField, productId: identifierField });

function parseOrder(type: OrderEvent['type'], value: object, record: ConsumedRecord): OrderEvent {
  const { placedAt = recordTime(record), ...fields } = parseFields(order, value);
  requireProduct('totalPrice', fields.totalPrice, fields.qty, fields.unitPrice);
  return { type, order: { ...fields, placedAt }, traceparent: record.headers['traceparent'] };
}

function parseMovement(value: object, record: ConsumedRecord): StockMoved {
  const { productId, qty: count, unitPrice, totalPrice } = parseFields(movement, value);
  if (unitPrice !== undefined && totalPrice !== undefined) {
    requireProduct('totalPrice', totalPrice, count, unitPrice);
  }
  const movementId = recordIdentity(record);
  if (!movementId.isWellFormed() || [...movementId].length > movementIdLimit) {
    throw new InvalidRecordError(`the record's origin is not text of at most ${movementIdLimit} characters`);
  }
  return { type: 'StockMoved', movementId, productId, qty: count };
}

function unknownType(record: ConsumedRecord): InvalidRecordError {
  const { type } = record.headers;
  return new InvalidRecordError(
    type === undefined
      ? 'the header type is missing'
      : `the type ${show(type)} is unknown on ${record.topic}`,
  );
}

/** A record of orders.events; see parseEvent. */
function parseOrdersEvent(record: ConsumedRecord): OrderEvent | StockMoved | null {
  const type = record.headers['type'] ?? 'OrderPlaced';
  if (ofNoConcern[ordersTopic].includes(type)) return null;
  if (type !== 'OrderPlaced' && type !== 'OrderCancelRequested') throw unknownType(record);
  const value = parseJsonObject(record);
  if (type === 'OrderPlaced' && !('orderId' in value)) return parseMovement(value, record);
  return parseOrder(type, value, record);
}

function parsePaymentEvent(record: ConsumedRecord): PaymentEvent | null {
  const { type, traceparent } = record.headers;
  if (type !== undefined && ofNoConcern[usersTopic].includes(type)) return null;
  if (type !== 'PaymentCompleted' && type !== 'PaymentDeclined') throw unknownType(record);
  return { type, order: parseFields(paidOrder, parseJsonObject(record)), traceparent };
}

/**
 * Reads a record of orders.events or users.events. On orders.events one without a `type` header is taken for
 * OrderPlaced, so that a record typed into a console producer counts; without an orderId that is a plain stock
 * movement. Null for what is of no concern here. Throws InvalidRecordError, saying what was wrong and what was
 * expected.
 */
export function parseEvent(record: ConsumedRecord): ConsumedEvent | null {
  return record.topic === usersTopic ? parsePaymentEvent(record) : parseOrdersEvent(record);
}

function stockEvent(
  type: 'StockReserved' | 'StockRejected' | 'StockReleased',
  reservation: Reservation,
  outcome: Record<string, unknown>,
  traceparent: string | undefined,
): OutboxEvent {
  const { orderId, userId, productId, qty: count, unitPrice, totalPrice, placedAt } = reservation;
  return {
    id: eventId(type, orderId),
    type,
    aggregateId: orderId,
    payload: {
      ...{ orderId, userId, productId, qty: count, unitPrice, totalPrice, placedAt: placedAt.toISOString() },
      ...outcome,
    },
    traceparent,
  };
}

/**
 * The events that tell others that a reservation has come to this status; at most one. What payment brought about is
 * known already: users declined it itself, and orders learns of both from users.
 */
export function announce(reservation: Reservation, traceparent?: string): OutboxEvent[] {
  const { status, reason } = reservation;
  if (status === 'RESERVED') return [stockEvent('StockReserved', reservation, {}, traceparent)];
  if (status === 'REJECTED') return [stockEvent('StockRejected', reservation, { reason }, traceparent)];
  if (status === 'SOLD' || reason === 'PAYMENT_DECLINED') return [];
  return [stockEvent('StockReleased', reservation, {}, traceparent)];
}
