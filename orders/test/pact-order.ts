import { expect } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { consume, createRecordingAppender } from '@ordermesh/chassis/testing/consume';
import { dateTime } from '@ordermesh/chassis/testing/matchers';
import { createSettleOrders } from '../src/settle-orders.ts';

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
export const ofAnOrder = { given: 'an order', about: anOrder };

/** The same as every event carries it. */
export const expectedOrder = { ...anOrder, placedAt: dateTime(anOrder.placedAt) };

/** What the orders process appends for a record: events, each in one object with its type, trace and fields. */
export async function settled(record: ConsumedRecord): Promise<object[]> {
  const { append, appended } = createRecordingAppender();
  const fates = await consume(createSettleOrders({ appender: { append } }), [record]);
  expect({ fates }).toEqual({ fates: [appended.length > 0 ? 'applied' : 'of no concern'] });
  return appended.map(({ topic, key, value, headers }) => {
    expect({ topic, key }).toEqual({ topic: 'orders.events', key: anOrder.orderId });
    const fields: unknown = JSON.parse(String(value));
    return Object.assign({ type: headers['type'], traceparent: headers['traceparent'] }, fields);
  });
}
