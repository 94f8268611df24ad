import { expect, test } from '@jest/globals';
import type { ConsumedEvent } from '../src/events.ts';
import type { Order } from '../src/reservation.ts';
import { eventsOf } from '../src/republish-reservations.ts';
import { decideReservations } from '../src/reserve-stock.ts';
import { anOrder, cancelled, declined, paid, placed } from './orders.ts';

test.each<[string, number, ((order: Order) => ConsumedEvent)[], string[]]>([
  ['reserved', 3, [placed], ['StockReserved']],
  ['rejected', 2, [placed], ['StockRejected']],
  ['sold', 3, [placed, paid], ['StockReserved']],
  ['cancelled when reserved', 3, [placed, cancelled], ['StockReserved', 'StockReleased']],
  ['cancelled when sold', 3, [placed, paid, cancelled], ['StockReserved', 'StockReleased']],
  ['cancelled before it was placed', 3, [cancelled, placed], ['StockReleased']],
  // No StockReleased, as there was none: users declined the payment itself, and told orders so.
  ['released as payment was declined', 3, [placed, declined], ['StockReserved']],
])('an order that was %s tells its events anew, the same in all but the trace', (_, stock, story, types) => {
  const order = anOrder();
  const { opened, outbox } = decideReservations(
    story.map((event) => event(order)),
    new Map([['P', stock]]),
    { reservations: new Map(), movements: new Set() },
  );
  const anew = opened.flatMap(eventsOf);
  expect(anew.map(({ type }) => type)).toEqual(types);
  expect(anew).toEqual(outbox.map((event) => ({ ...event, traceparent: undefined })));
});
