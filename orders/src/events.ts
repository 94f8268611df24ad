import { v5 as uuidFrom } from 'uuid';
import type { Append } from '@ordermesh/chassis/appender';
import { currentTraceparent, newTraceparent } from '@ordermesh/chassis/trace';
import type { PlacedOrder } from './order.ts';

export const ordersTopic = 'orders.events';

/** Names ids of events (RFC 9562, version 5): the same order gives the same event id, whoever appends it. */
const eventNamespace = '6f2f0c1e-6f0b-4a35-9d0c-0f6d1c3f6b11';

export function eventId(type: string, orderId: string): string {
  return uuidFrom(`${type}:${orderId}`, eventNamespace);
}

/** The record that makes an order: once the broker has it, the order is placed. */
export function orderPlaced(order: PlacedOrder): Append {
  const { orderId, userId, productId, qty, unitPrice, totalPrice, placedAt } = order;
  return {
    topic: ordersTopic,
    key: orderId,
    value: JSON.stringify({ productId, qty, unitPrice, totalPrice, orderId, userId, placedAt }),
    headers: {
      id: eventId('OrderPlaced', orderId),
      type: 'OrderPlaced',
      traceparent: currentTraceparent() ?? newTraceparent(),
    },
  };
}
