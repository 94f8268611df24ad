import { z } from 'zod';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
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

/** What is needed of an event; whatever else it carries is of no concern here. */
const order = z.object({
  orderId: identifierField,
  userId: identifierField,
  productId: identifierField,
  qty: integerField(1, maxQty),
  unitPrice: moneyField,
  totalPrice: moneyField,
  placedAt: dateTimeField.optional(),
});
const rejection = z.object({ reason: identifierField });

function readOrder(value: object, record: ConsumedRecord): PlacedOrder {
  const { placedAt = recordTime(record), ...fields } = parseFields(order, value);
  requireProduct('totalPrice', fields.totalPrice, fields.qty, fields.unitPrice);
  return { ...fields, placedAt };
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
  const value = parseJsonObject(record);
  // Whether a stock movement is well-formed is for catalogs to say: a dead letter of one consumer is enough.
  if (status === 'PENDING' && !('orderId' in value)) return null;
  const placed = readOrder(value, record);
  const changedAt = status === 'PENDING' ? placed.placedAt : recordTime(record);
  const reason = status === 'REJECTED' ? parseFields(rejection, value).reason : null;
  return { ...placed, status, reason, changedAt };
}
