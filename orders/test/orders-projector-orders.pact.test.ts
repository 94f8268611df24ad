import { afterAll, expect, test } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { createProjectOrders, decideRow } from '../src/project-orders.ts';
import { createMessagePact, matching } from './message-pact.ts';
import { anOrder, expectedOrder, traceparent } from './pact-order.ts';

const pact = createMessagePact('orders-projector', 'orders');
afterAll(() => pact.publish());

const { topics } = createProjectOrders({ appender: { append: () => Promise.resolve() } });
const topic = 'orders.events';
const id = matching('[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', 'd0dbbd0c-6d0a-5a5c-9d5c-0c7c1f0c6a55');

/** The row that the projector appends, with the headers that depend on the event's own. */
function rowOf(record: ConsumedRecord) {
  expect(topics).toContain(record.topic);
  const row = decideRow(record);
  if (!row) return null;
  const value: unknown = JSON.parse(String(row.value));
  return { ...row, value };
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

test.each([
  ['OrderPlaced', 'PENDING'],
  ['OrderConfirmed', 'CONFIRMED'],
  ['OrderCancelled', 'CANCELLED'],
])('%s makes the row of the order %s', async (type, status) => {
  const expected = {
    description: type,
    about: anOrder,
    topic,
    key: anOrder.orderId,
    headers: { type, id, traceparent },
    value: expectedOrder,
  };
  await pact.expects(expected, (record) => {
    const made = rowOf(record);
    expect(made).toMatchObject(row(record, status));
    expect(rowOf(record)).toEqual(made);
    expect(rowOf({ ...record, headers: { ...record.headers, id: 'another' } })).not.toEqual(made);
  });
});

test('OrderRejected makes the row say why', async () => {
  const reason = 'OUT_OF_STOCK';
  const expected = {
    description: 'OrderRejected',
    about: { ...anOrder, reason },
    topic,
    key: anOrder.orderId,
    headers: { type: 'OrderRejected', id, traceparent },
    value: { ...expectedOrder, reason },
  };
  await pact.expects(expected, (record) => {
    expect(rowOf(record)).toMatchObject(row(record, 'REJECTED', reason));
  });
});

test('OrderCancelRequested is a wish: it changes no row', async () => {
  const type = 'OrderCancelRequested';
  await pact.expects({ description: type, about: anOrder, topic, headers: { type } }, (record) => {
    expect(rowOf(record)).toBeNull();
  });
});
