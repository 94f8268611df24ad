import type { Append } from '@ordermesh/chassis/appender';
import { eventId } from '@ordermesh/chassis/outbox';
import { currentTraceparent, isTraceparent, newTraceparent } from '@ordermesh/chassis/trace';
import type { PlacedOrder } from './order.ts';

export const ordersTopic = 'orders.events';

type OrderEventType =
  'OrderPlaced' | 'OrderCancelRequested' | 'OrderConfirmed' | 'OrderRejected' | 'OrderCancelled';

/**
 * An event of orders.events. It carries the whole order, so that no consumer needs to ask for it, and has the same id
 * however often and by whichever instance it is appended.
 */
function orderEvent(
  type: OrderEventType,
  order: PlacedOrder,
  traceparent: string | undefined,
  more: { reason?: string } = {},
): Append {
  const { orderId, userId, productId, qty, unitPrice, totalPrice, placedAt } = order;
  return {
    topic: ordersTopic,
    key: orderId,
    value: JSON.stringify({ productId, qty, unitPrice, totalPrice, orderId, userId, placedAt, ...more }),
    headers: {
      id: eventId(type, orderId),
      type,
      ...(isTraceparent(traceparent) && { traceparent }),
    },
  };
}

/** The trace of the request that is being answered. */
const ownTrace = (): string => currentTraceparent() ?? newTraceparent();

/** The record that makes an order: once the broker has it, the order is placed. */
export const orderPlaced = (order: PlacedOrder): Append => orderEvent('OrderPlaced', order, ownTrace());

/** A wish: what comes of it is for catalogs to say, which knows what happened to the order before. */
export const orderCancelRequested = (order: PlacedOrder): Append =>
  orderEvent('OrderCancelRequested', order, ownTrace());

// What came of an order, in the trace of the event that says so.

export const orderConfirmed = (order: PlacedOrder, traceparent?: string): Append =>
  orderEvent('OrderConfirmed', order, traceparent);

export const orderRejected = (order: PlacedOrder, reason: string, traceparent?: string): Append =>
  orderEvent('OrderRejected', order, traceparent, { reason });

export const orderCancelled = (order: PlacedOrder, traceparent?: string): Append =>
  orderEvent('OrderCancelled', order, traceparent);
