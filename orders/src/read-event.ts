import { InvalidRecordError } from '@ordermesh/chassis/errors';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { parseJsonObject, recordTime, show } from '@ordermesh/chassis/record-fields';
import type { OrderStatus, PlacedOrder } from './order.ts';
import { readOrder, readReason } from './read-order.ts';

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

/** When an order that was placed then changed: by clocks that differ, never before it was placed. */
function timeOfChange(placedAt: Date, record: ConsumedRecord): Date {
  const appendedAt = recordTime(record);
  return appendedAt < placedAt ? placedAt : appendedAt;
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
  const { placedAt } = placed;
  return {
    ...placed,
    status,
    reason: status === 'REJECTED' ? readReason(value) : null,
    changedAt: status === 'PENDING' ? placedAt : timeOfChange(placedAt, record),
  };
}
