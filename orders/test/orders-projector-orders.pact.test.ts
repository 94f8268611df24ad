import { expect } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { consume, createRecordingAppender } from '@ordermesh/chassis/testing/consume';
import { matching, traceparent } from '@ordermesh/chassis/testing/matchers';
import { createMessagePact } from '@ordermesh/chassis/testing/message-pact';
import { createProjectOrders } from '../src/project-orders.ts';
import { anOrder, expectedOrder, ofAnOrder } from './pact-order.ts';

const pact = createMessagePact('orders-projector', 'orders');

const topic = 'orders.events';
const id = matching('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'd0dbbd0c-6d0a-5a5c-9d5c-0c7c1f0c6a55');

/** The rows that the projector appends, with the headers that depend on the event's own. */
async function rowsOf(record: ConsumedRecord) {
  const { append, appended } = createRecordingAppender();
  const fates = await consume(createProjectOrders({ appender: { append } }), [record]);
  expect({ fates }).toEqual({ fates: [appended.length > 0 ? 'applied' : 'of no concern'] });
  return appended.map((row) => {
    const value: unknown = JSON.parse(String(row.value));
    return { ...row, value };
  });
}

const row = (record: ConsumedRecord, status: string, reason: string | null = null) => ({
  topic: 'orders',
  key: anOrder.orderId,
  headers: { traceparent: record.headers['traceparent'] },
  value: {
    payload: {
      order_id: anOrder.orderId,
      user_id: anOrder.userId,
      product_id: anOrder.productId,
      qty: anOrder.qty,
      unit_price: anOrder.unitPrice,
      total_price: anOrder.totalPrice,
      status,
      reason,
      created_at: Date.parse(anOrder.placedAt),
    },
  },
});

for (const [type, status] of [
  ['OrderPlaced', 'PENDING'],
  ['OrderConfirmed', 'CONFIRMED'],
  ['OrderCancelled', 'CANCELLED'],
] as const) {
  const expected = {
    ...ofAnOrder,
    description: type,
    topic,
    key: anOrder.orderId,
    headers: { type, id, traceparent },
    value: expectedOrder,
  };
  pact.expects(`${type} makes the row of the order ${status}`, expected, async (record) => {
    const made = await rowsOf(record);
    expect(made).toMatchObject([row(record, status)]);
    expect(await rowsOf(record)).toEqual(made);
    expect(await rowsOf({ ...record, headers: { ...record.headers, id: 'another' } })).not.toEqual(made);
  });
}

const reason = 'OUT_OF_STOCK';
pact.expects(
  'OrderRejected makes the row say why',
  {
    given: ofAnOrder.given,
    about: { ...anOrder, reason },
    description: 'OrderRejected',
    topic,
    key: anOrder.orderId,
    headers: { type: 'OrderRejected', id, traceparent },
    value: { ...expectedOrder, reason },
  },
  async (record) => {
    expect(await rowsOf(record)).toMatchObject([row(record, 'REJECTED', reason)]);
  },
);

const type = 'OrderCancelRequested';
pact.expects(
  'OrderCancelRequested is a wish: it changes no row',
  { ...ofAnOrder, description: type, topic, headers: { type } },
  async (record) => {
    expect(await rowsOf(record)).toEqual([]);
  },
);
