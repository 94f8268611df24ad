import { expect } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { traceparent } from '@ordermesh/chassis/testing/matchers';
import { createMessagePact } from '@ordermesh/chassis/testing/message-pact';
import {
  anOrder,
  changed,
  expectedOrder,
  moved,
  nothing,
  ofAnOrder,
  orderRow,
  reserved,
  written,
} from './pact-order.ts';

const pact = createMessagePact('catalogs', 'orders');
const topic = 'orders.events';
const { qty } = anOrder;

const expected = (type: string) => ({
  ...ofAnOrder,
  description: type,
  topic,
  key: anOrder.orderId,
  headers: { type, traceparent },
  value: expectedOrder,
});

/** The event about the order that others get, in the trace of the record. */
const event = (type: string, { headers }: ConsumedRecord) => ({
  id: expect.any(String),
  type,
  key: anOrder.orderId,
  traceparent: headers['traceparent'],
  payload: anOrder,
});

pact.expects(
  'the stock of an order that was placed is reserved, and users told, in the same trace',
  expected('OrderPlaced'),
  async (record) => {
    expect(await written(record)).toEqual({
      fate: 'applied',
      reservations: [reserved],
      changes: [moved({ available: -qty, reserved: qty })],
      published: [event('StockReserved', record)],
    });
    expect(await written(record, reserved)).toEqual({ fate: 'applied', ...nothing });
  },
);

pact.expects(
  'the stock of an order that is to be cancelled is released',
  expected('OrderCancelRequested'),
  async (record) => {
    const published = [event('StockReleased', record)];
    expect(await written(record, reserved)).toEqual({
      fate: 'applied',
      reservations: [],
      changes: [changed('RELEASED', 'CANCELLED'), moved({ available: qty, reserved: -qty })],
      published,
    });
    // One that catalogs has not heard of carries all that is needed to remember it.
    expect(await written(record)).toEqual({
      fate: 'applied',
      reservations: [{ ...orderRow, status: 'RELEASED', reason: 'CANCELLED_BEFORE_RESERVED' }],
      changes: [],
      published,
    });
  },
);

for (const type of ['OrderConfirmed', 'OrderRejected', 'OrderCancelled']) {
  const told = { ...ofAnOrder, description: type, topic, headers: { type } };
  pact.expects(`${type} is of no concern`, told, async (record) => {
    expect(await written(record, reserved)).toEqual({ fate: 'of no concern', ...nothing });
  });
}
