import { randomUUID } from 'node:crypto';
import type { StockEvent } from '../src/events.ts';
import type { Order } from '../src/payment.ts';

const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** An order of 3 units at 100, unless told otherwise. */
export function anOrder(overrides: Partial<Order> = {}): Order {
  const { qty = 3, unitPrice = 100 } = overrides;
  return {
    orderId: randomUUID(),
    userId: 'ada',
    productId: 'CATALOG-001',
    qty,
    unitPrice,
    totalPrice: qty * unitPrice,
    placedAt: new Date('2026-11-20T10:00:00.123Z'),
    ...overrides,
  };
}

export const reserved = (order: Order, traceparent: string | undefined = trace): StockEvent => ({
  type: 'StockReserved',
  order,
  traceparent,
});
export const released = (order: Order, traceparent: string | undefined = trace): StockEvent => ({
  type: 'StockReleased',
  order,
  traceparent,
});
