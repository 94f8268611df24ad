import { afterAll, expect, test } from '@jest/globals';
import { readOutcome } from '../src/read-outcome.ts';
import { decideOutcome } from '../src/settle-orders.ts';
import { createMessagePact } from './message-pact.ts';
import { anOrder, expectedOrder, settled, settles, traceparent } from './pact-order.ts';

const pact = createMessagePact('orders', 'catalogs');
afterAll(() => pact.publish());
const topic = 'catalogs.events';

test.each(['OUT_OF_STOCK', 'UNKNOWN_PRODUCT'])(
  'an order whose stock was rejected for %s is rejected for the same reason, in the same trace',
  async (reason) => {
    const expected = {
      description: `StockRejected: ${reason}`,
      about: anOrder,
      topic,
      key: anOrder.orderId,
      headers: { type: 'StockRejected', traceparent },
      value: { ...expectedOrder, reason },
    };
    await pact.expects(expected, (record) => {
      settles(record);
      const outcome = readOutcome(record);
      expect(outcome && settled(decideOutcome(outcome))).toEqual({
        type: 'OrderRejected',
        traceparent: record.headers['traceparent'],
        ...{ ...anOrder, reason },
      });
    });
  },
);

test.each([
  ['StockReserved', 'StockReserved'],
  ['StockReleased', 'StockReleased'],
  ['StockReleased: nothing was reserved', 'StockReleased'],
])('%s settles no order', async (description, type) => {
  await pact.expects({ description, about: anOrder, topic, headers: { type } }, (record) => {
    settles(record);
    expect(readOutcome(record)).toBeNull();
  });
});
