import { afterAll, expect, test } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { readOutcome } from '../src/read-outcome.ts';
import { decideOutcome } from '../src/settle-orders.ts';
import { createMessagePact } from './message-pact.ts';
import { anOrder, expectedOrder, settled, settles, traceparent } from './pact-order.ts';

const pact = createMessagePact('orders', 'users');
afterAll(() => pact.publish());

const expected = (description: string, type: string, more = {}) => ({
  description,
  about: anOrder,
  topic: 'users.events',
  key: anOrder.orderId,
  headers: { type, traceparent },
  value: { ...expectedOrder, ...more },
});

/** The event becomes the one that settles the order, in the same trace. */
const becomes = (type: string, more = {}) => {
  return (record: ConsumedRecord) => {
    settles(record);
    const outcome = readOutcome(record);
    expect(outcome && settled(decideOutcome(outcome))).toEqual({
      type,
      traceparent: record.headers['traceparent'],
      ...anOrder,
      ...more,
    });
  };
};

test('an order that was paid is confirmed', async () => {
  await pact.expects(expected('PaymentCompleted', 'PaymentCompleted'), becomes('OrderConfirmed'));
});

test.each(['INSUFFICIENT_FUNDS', 'UNKNOWN_USER'])(
  'an order whose payment was declined for %s is rejected for the same reason',
  async (reason) => {
    const declined = expected(`PaymentDeclined: ${reason}`, 'PaymentDeclined', { reason });
    await pact.expects(declined, becomes('OrderRejected', { reason }));
  },
);

test.each(['PaymentRefunded', 'PaymentRefunded: nothing had been paid'])(
  'an order is cancelled by %s',
  async (description) => {
    await pact.expects(expected(description, 'PaymentRefunded'), becomes('OrderCancelled'));
  },
);
