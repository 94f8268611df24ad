import { randomUUID } from 'node:crypto';
import type { OrderEvent, PaymentEvent, StockMoved } from '../src/events.ts';
import type { Order } from '../src/reservation.ts';

const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** An order of 3 units at 100, unless told otherwise. */
export function anOrder(overrides: Partial<Order> = {}): Order {
  const { qty = 3, unitPrice = 100 } = overrides;
  return {
    orderId: randomUUID(),
    userId: 'ada',
    productId: 'P',
    qty,
    unitPrice,
    totalPrice: qty * unitPrice,
    placedAt: new Date('2026-11-20T10:00:00.123Z'),
    ...overrides,
  };
}

export const placed = (order: Order, traceparent = trace): OrderEvent => ({
  type: 'OrderPlaced',
  order,
  traceparent,
});
export const cancelled = (order: Order, traceparent = trace): OrderEvent => ({
  type: 'OrderCancelRequested',
  order,
  traceparent,
});
export const paid = ({ orderId, productId }: Order): PaymentEvent => ({
  type: 'PaymentCompleted',
  order: { orderId, productId },
  traceparent: trace,
});
export const declined = ({ orderId, productId }: Order): PaymentEvent => ({
  type: 'PaymentDeclined',
  order: { orderId, productId },
  traceparent: trace,
});
export const moved = (qty: number, productId = 'P', movementId: string = randomUUID()): StockMoved => ({
  type: 'StockMoved',
  movementId,
  productId,
  qty,
});
