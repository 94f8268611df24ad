import { afterAll, expect, test } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { parseEvent } from '../src/events.ts';
import type { Reservation } from '../src/reservation.ts';
import { decideReservations } from '../src/reserve-stock.ts';
import { createMessagePact } from './message-pact.ts';
import { anOrder, expectedOrder, sees, traceparent } from './pact-order.ts';

const pact = createMessagePact('catalogs', 'orders');
afterAll(() => pact.publish());
const topic = 'orders.events';

const expected = (type: string) => ({
  description: type,
  about: anOrder,
  topic,
  key: anOrder.orderId,
  headers: { type, traceparent },
  value: expectedOrder,
});

const order = { ...anOrder, placedAt: new Date(anOrder.placedAt) };

/** What becomes of the record when there are 100 units and this reservation. */
function decided(record: ConsumedRecord, ...reservations: Reservation[]) {
  sees(record);
  const event = parseEvent(record);
  const existing = {
    reservations: new Map(reservations.map((reservation) => [reservation.orderId, reservation])),
    movements: new Set<string>(),
  };
  return event && decideReservations([event], new Map([[anOrder.productId, 100]]), existing);
}

test('the stock of an order that was placed is reserved, and users told, in the same trace', async () => {
  await pact.expects(expected('OrderPlaced'), (record) => {
    expect(decided(record)).toMatchObject({
      opened: [{ ...order, status: 'RESERVED', reason: null }],
      outbox: [{ type: 'StockReserved', payload: anOrder, traceparent: record.headers['traceparent'] }],
    });
  });
});

test('the stock of an order that is to be cancelled is released', async () => {
  await pact.expects(expected('OrderCancelRequested'), (record) => {
    const reserved: Reservation = { ...order, status: 'RESERVED', reason: null };
    expect(decided(record, reserved)).toMatchObject({
      changed: [{ ...order, status: 'RELEASED', reason: 'CANCELLED' }],
      outbox: [{ type: 'StockReleased', payload: anOrder, traceparent: record.headers['traceparent'] }],
    });
    // One that catalogs has not heard of carries all that is needed to remember it.
    expect(decided(record)).toMatchObject({
      opened: [{ ...order, status: 'RELEASED', reason: 'CANCELLED_BEFORE_RESERVED' }],
    });
  });
});

test.each(['OrderConfirmed', 'OrderRejected', 'OrderCancelled'])('%s is of no concern', async (type) => {
  await pact.expects({ description: type, about: anOrder, topic, headers: { type } }, (record) => {
    expect(decided(record)).toBeNull();
  });
});
