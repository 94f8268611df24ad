import type { Append } from '@ordermesh/chassis/appender';
import { eventId } from '@ordermesh/chassis/outbox';
import { currentTraceparent, newTraceparent } from '@ordermesh/chassis/trace';
import type { PlacedOrder } from './order.ts';

export const ordersTopic = 'orders.events';

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
