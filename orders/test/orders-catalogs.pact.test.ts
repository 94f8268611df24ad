import { expect } from '@jest/globals';
import { traceparent } from '@ordermesh/chassis/testing/matchers';
import { createMessagePact } from '@ordermesh/chassis/testing/message-pact';
import { anOrder, expectedOrder, ofAnOrder, settled } from './pact-order.ts';

const pact = createMessagePact('orders', 'catalogs');
const topic = 'catalogs.events';

for (const reason of ['OUT_OF_STOCK', 'UNKNOWN_PRODUCT']) {
  pact.expects(
    `an order whose stock was rejected for ${reason} is rejected for the same reason, in the same trace`,
    {
      ...ofAnOrder,
      description: `StockRejected: ${reason}`,
      topic,
      key: anOrder.orderId,
      headers: { type: 'StockRejected', traceparent },
      value: { ...expectedOrder, reason },
    },
    async (record) => {
      const trace = record.headers['traceparent'];
      expect(await settled(record)).toEqual([
        { type: 'OrderRejected', traceparent: trace, ...anOrder, reason },
      ]);
    },
  );
}

for (const [description, type] of [
  ['StockReserved', 'StockReserved'],
  ['StockReleased', 'StockReleased'],
  ['StockReleased: nothing was reserved', 'StockReleased'],
] as const) {
  const expected = { ...ofAnOrder, description, topic, headers: { type } };
  pact.expects(`${description} settles no order`, expected, async (record) => {
    expect(await settled(record)).toEqual([]);
  });
}
