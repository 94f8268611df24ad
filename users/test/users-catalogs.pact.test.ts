import { afterAll, expect, test } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { parseStockEvent } from '../src/events.ts';
import type { Payment } from '../src/payment.ts';
import { createTakePayment, decidePayments } from '../src/take-payment.ts';
import { createMessagePact } from './message-pact.ts';
import { anOrder, expectedOrder, traceparent } from './pact-order.ts';

const pact = createMessagePact('users', 'catalogs');
afterAll(() => pact.publish());

const { topics } = createTakePayment({
  database: { transaction: () => Promise.reject(new Error('decided without a database')) },
});
const topic = 'catalogs.events';

const expected = (description: string, type: string) => ({
  description,
  about: anOrder,
  topic,
  key: anOrder.orderId,
  headers: { type, traceparent },
  value: expectedOrder,
});

const order = { ...anOrder, placedAt: new Date(anOrder.placedAt) };
const amount = anOrder.totalPrice;

/** What becomes of the record when there is enough in the wallet, and this payment. */
function decided(record: ConsumedRecord, ...payments: Payment[]) {
  expect(topics).toContain(record.topic);
  const event = parseStockEvent(record);
  const recorded = new Map(payments.map((payment) => [payment.orderId, payment]));
  return event && decidePayments([event], new Map([[anOrder.userId, amount]]), recorded);
}

test('an order whose stock is reserved is paid, and the others told, in the same trace', async () => {
  await pact.expects(expected('StockReserved', 'StockReserved'), (record) => {
    expect(decided(record)).toMatchObject({
      opened: [{ ...order, status: 'PAID', amount }],
      entries: [{ userId: anOrder.userId, kind: 'PAYMENT', amount: -amount, orderId: anOrder.orderId }],
      outbox: [{ type: 'PaymentCompleted', payload: anOrder, traceparent: record.headers['traceparent'] }],
    });
  });
});

test.each(['StockReleased', 'StockReleased: nothing was reserved'])(
  'what was paid comes back by %s, and what was not never will be',
  async (description) => {
    await pact.expects(expected(description, 'StockReleased'), (record) => {
      const refunded = {
        type: 'PaymentRefunded',
        traceparent: record.headers['traceparent'],
      };
      expect(decided(record, { ...order, status: 'PAID', reason: null, amount })).toMatchObject({
        refunded: [{ ...order, status: 'REFUNDED', amount }],
        outbox: [{ ...refunded, payload: { ...anOrder, amount } }],
      });
      expect(decided(record)).toMatchObject({
        opened: [{ ...order, status: 'VOIDED', amount: 0 }],
        outbox: [{ ...refunded, payload: { ...anOrder, amount: 0 } }],
      });
    });
  },
);

test.each(['OUT_OF_STOCK', 'UNKNOWN_PRODUCT'])(
  'an order whose stock was rejected for %s is of no concern',
  async (reason) => {
    const about = { description: `StockRejected: ${reason}`, about: anOrder };
    await pact.expects({ ...about, topic, headers: { type: 'StockRejected' } }, (record) => {
      expect(decided(record)).toBeNull();
    });
  },
);
