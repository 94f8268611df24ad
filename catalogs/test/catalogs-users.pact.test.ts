import { afterAll, expect, test } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { parseEvent } from '../src/events.ts';
import { decideReservations } from '../src/reserve-stock.ts';
import { createMessagePact } from './message-pact.ts';
import { anOrder, sees } from './pact-order.ts';

const pact = createMessagePact('catalogs', 'users');
afterAll(() => pact.publish());
const topic = 'users.events';

/** What was ordered is known from the reservation: the event has to say no more than which one. */
const expected = (description: string, type: string) => ({
  description,
  about: anOrder,
  topic,
  key: anOrder.orderId,
  headers: { type },
  value: { orderId: anOrder.orderId, productId: anOrder.productId },
});

const order = { ...anOrder, placedAt: new Date(anOrder.placedAt) };

/** What becomes of the record when the order's stock is reserved. */
function decided(record: ConsumedRecord) {
  sees(record);
  const event = parseEvent(record);
  return (
    event &&
    decideReservations([event], new Map([[anOrder.productId, 100]]), {
      reservations: new Map([[anOrder.orderId, { ...order, status: 'RESERVED', reason: null }]]),
      movements: new Set(),
    })
  );
}

test('the stock of an order that was paid is sold', async () => {
  await pact.expects(expected('PaymentCompleted', 'PaymentCompleted'), (record) => {
    expect(decided(record)).toMatchObject({ changed: [{ ...order, status: 'SOLD' }], outbox: [] });
  });
});

test.each(['INSUFFICIENT_FUNDS', 'UNKNOWN_USER'])(
  'the stock of an order whose payment was declined for %s is released',
  async (reason) => {
    await pact.expects(expected(`PaymentDeclined: ${reason}`, 'PaymentDeclined'), (record) => {
      expect(decided(record)).toMatchObject({
        changed: [{ ...order, status: 'RELEASED', reason: 'PAYMENT_DECLINED' }],
        outbox: [],
      });
    });
  },
);

test.each(['PaymentRefunded', 'PaymentRefunded: nothing had been paid'])(
  '%s is of no concern',
  async (description) => {
    const headers = { type: 'PaymentRefunded' };
    await pact.expects({ description, about: anOrder, topic, headers }, (record) => {
      expect(decided(record)).toBeNull();
    });
  },
);
