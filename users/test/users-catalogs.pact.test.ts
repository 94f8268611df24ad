import { expect } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { consume } from '@ordermesh/chassis/testing/consume';
import { traceparent } from '@ordermesh/chassis/testing/matchers';
import { createMessagePact } from '@ordermesh/chassis/testing/message-pact';
import { createRecordingDatabase } from '@ordermesh/chassis/testing/recording-database';
import { createTakePayment } from '../src/take-payment.ts';
import { anOrder, expectedOrder, ofAnOrder } from './pact-order.ts';

const pact = createMessagePact('users', 'catalogs');
const topic = 'catalogs.events';

const expected = (description: string, type: string) => ({
  ...ofAnOrder,
  description,
  topic,
  key: anOrder.orderId,
  headers: { type, traceparent },
  value: expectedOrder,
});

const amount = anOrder.totalPrice;
const order = {
  order_id: anOrder.orderId,
  user_id: anOrder.userId,
  product_id: anOrder.productId,
  qty: anOrder.qty,
  unit_price: anOrder.unitPrice,
  total_price: anOrder.totalPrice,
  placed_at: new Date(anOrder.placedAt),
};
const paid = { ...order, status: 'PAID', reason: null, amount };

/**
 * What the record makes the service write when there is just enough in the wallet, and these payments. The database is
 * stood in for: take-payment.int.test.ts holds the same handler to a real one.
 */
async function written(record: ConsumedRecord, ...payments: object[]) {
  const tables = {
    wallets: [{ user_id: anOrder.userId, balance: amount }],
    payments: payments.map((payment) => ({ ...payment })),
  };
  const recording = createRecordingDatabase(tables);
  const [fate] = await consume(createTakePayment({ database: recording.database }), [record]);
  return {
    fate,
    payments: recording.inserted('payments'),
    ledger: recording.inserted('ledger'),
    changes: recording.changes(),
    published: recording.published(),
  };
}

const nothing = { payments: [], ledger: [], changes: [], published: [] };

const entry = (kind: string, by: number) => ({
  ledger: [
    { user_id: anOrder.userId, kind, amount: by, reference: anOrder.orderId, created_at: expect.any(Date) },
  ],
});
const balance = (by: number) => ({
  statement: expect.stringMatching(
    /^UPDATE JSON_TABLE.* SET wallets\.balance = wallets\.balance \+ sums\.amount$/,
  ),
  values: [JSON.stringify([[anOrder.userId, by]])],
});

pact.expects(
  'an order whose stock is reserved is paid, and the others told, in the same trace',
  expected('StockReserved', 'StockReserved'),
  async (record) => {
    const trace = record.headers['traceparent'];
    expect(await written(record)).toEqual({
      fate: 'applied',
      payments: [paid],
      ...entry('PAYMENT', -amount),
      changes: [balance(-amount)],
      published: [
        {
          id: expect.any(String),
          type: 'PaymentCompleted',
          key: anOrder.orderId,
          traceparent: trace,
          payload: anOrder,
        },
      ],
    });
    expect(await written(record, paid)).toEqual({ fate: 'applied', ...nothing });
  },
);

for (const description of ['StockReleased', 'StockReleased: nothing was reserved']) {
  pact.expects(
    `what was paid comes back by ${description}, and what was not never will be`,
    expected(description, 'StockReleased'),
    async (record) => {
      const refunded = (by: number) => ({
        id: expect.any(String),
        type: 'PaymentRefunded',
        key: anOrder.orderId,
        traceparent: record.headers['traceparent'],
        payload: { ...anOrder, amount: by },
      });
      const statement = "UPDATE payments SET status = 'REFUNDED' WHERE order_id IN (?)";
      expect(await written(record, paid)).toEqual({
        fate: 'applied',
        payments: [],
        ...entry('REFUND', amount),
        changes: [{ statement, values: [[anOrder.orderId]] }, balance(amount)],
        published: [refunded(amount)],
      });
      expect(await written(record)).toEqual({
        ...{ fate: 'applied', ...nothing },
        payments: [{ ...order, status: 'VOIDED', reason: null, amount: 0 }],
        published: [refunded(0)],
      });
    },
  );
}

for (const reason of ['OUT_OF_STOCK', 'UNKNOWN_PRODUCT']) {
  pact.expects(
    `an order whose stock was rejected for ${reason} is of no concern`,
    { ...ofAnOrder, description: `StockRejected: ${reason}`, topic, headers: { type: 'StockRejected' } },
    async (record) => {
      expect(await written(record)).toEqual({ fate: 'of no concern', ...nothing });
    },
  );
}
