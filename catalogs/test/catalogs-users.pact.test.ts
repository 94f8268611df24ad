import { expect } from '@jest/globals';
import { createMessagePact } from '@ordermesh/chassis/testing/message-pact';
import { anOrder, changed, moved, nothing, ofAnOrder, reserved, written } from './pact-order.ts';

const pact = createMessagePact('catalogs', 'users');
const topic = 'users.events';
const { qty } = anOrder;

/** What was ordered is known from the reservation: the event has to say no more than which one. */
const expected = (description: string, type: string) => ({
  ...ofAnOrder,
  description,
  topic,
  key: anOrder.orderId,
  headers: { type },
  value: { orderId: anOrder.orderId, productId: anOrder.productId },
});

pact.expects(
  'the stock of an order that was paid is sold',
  expected('PaymentCompleted', 'PaymentCompleted'),
  async (record) => {
    expect(await written(record, reserved)).toEqual({
      ...{ fate: 'applied', ...nothing },
      changes: [changed('SOLD', null), moved({ reserved: -qty, sold: qty })],
    });
  },
);

for (const reason of ['INSUFFICIENT_FUNDS', 'UNKNOWN_USER']) {
  pact.expects(
    `the stock of an order whose payment was declined for ${reason} is released`,
    expected(`PaymentDeclined: ${reason}`, 'PaymentDeclined'),
    async (record) => {
      expect(await written(record, reserved)).toEqual({
        ...{ fate: 'applied', ...nothing },
        changes: [changed('RELEASED', 'PAYMENT_DECLINED'), moved({ available: qty, reserved: -qty })],
      });
    },
  );
}

for (const description of ['PaymentRefunded', 'PaymentRefunded: nothing had been paid']) {
  const told = { ...ofAnOrder, description, topic, headers: { type: 'PaymentRefunded' } };
  pact.expects(`${description} is of no concern`, told, async (record) => {
    expect(await written(record, reserved)).toEqual({ fate: 'of no concern', ...nothing });
  });
}
