import { expect } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { traceparent } from '@ordermesh/chassis/testing/matchers';
import { createMessagePact } from '@ordermesh/chassis/testing/message-pact';
import { anOrder, expectedOrder, ofAnOrder, settled } from './pact-order.ts';

const pact = createMessagePact('orders', 'users');

const expected = (description: string, type: string, more = {}) => ({
  ...ofAnOrder,
  description,
  topic: 'users.events',
  key: anOrder.orderId,
  headers: { type, traceparent },
  value: { ...expectedOrder, ...more },
});

/** The event becomes the one that settles the order, in the same trace. */
const becomes = (type: string, more = {}) => {
  return async (record: ConsumedRecord) => {
    const trace = record.headers['traceparent'];
    expect(await settled(record)).toEqual([{ type, traceparent: trace, ...anOrder, ...more }]);
  };
};

pact.expects(
  'an order that was paid is confirmed',
  expected('PaymentCompleted', 'PaymentCompleted'),
  becomes('OrderConfirmed'),
);

for (const reason of ['INSUFFICIENT_FUNDS', 'UNKNOWN_USER']) {
  pact.expects(
    `an order whose payment was declined for ${reason} is rejected for the same reason`,
    expected(`PaymentDeclined: ${reason}`, 'PaymentDeclined', { reason }),
    becomes('OrderRejected', { reason }),
  );
}

for (const description of ['PaymentRefunded', 'PaymentRefunded: nothing had been paid']) {
  pact.expects(
    `an order is cancelled by ${description}`,
    expected(description, 'PaymentRefunded'),
    becomes('OrderCancelled'),
  );
}
