import { expect } from '@jest/globals';
import type { Append } from '@ordermesh/chassis/appender';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { createSettleOrders } from '../src/settle-orders.ts';
import { matching } from './message-pact.ts';

/** The order that the messages of a pact are about. */
export const anOrder = {
  orderId: 'order-1',
  userId: 'user-1',
  productId: 'CATALOG-001',
  qty: 10,
  unitPrice: 1500,
  totalPrice: 15_000,
  placedAt: '2026-07-01T01:30:05.123Z',
};

/** The same as every event carries it; any writing of the time is as good. */
export const expectedOrder = {
  ...anOrder,
  placedAt: matching(String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`, anOrder.placedAt),
};

export const traceparent = matching(
  '00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}',
  '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
);

const { topics } = createSettleOrders({ appender: { append: () => Promise.resolve() } });

/** The orders process gets to see the record. */
export const settles = (record: ConsumedRecord) => expect(topics).toContain(record.topic);

/** The event that settles an order, in one object: its type, trace and fields. */
export function settled({ topic, key, value, headers }: Append): object {
  expect({ topic, key }).toEqual({ topic: 'orders.events', key: anOrder.orderId });
  const { type, traceparent: trace } = headers;
  const fields: unknown = JSON.parse(String(value));
  return Object.assign({ type, traceparent: trace }, fields);
}
