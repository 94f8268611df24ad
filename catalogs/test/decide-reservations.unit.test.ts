import { describe, expect, test } from '@jest/globals';
import { eventId } from '@ordermesh/chassis/outbox';
import type { ConsumedEvent, StockMoved } from '../src/events.ts';
import type { Order, RejectionReason, ReleaseReason, Reservation } from '../src/reservation.ts';
import { decideReservations, type Decision } from '../src/reserve-stock.ts';
import { anOrder, cancelled, declined, moved, paid, placed } from './orders.ts';

const reserved = (order: Order): Reservation => ({ ...order, status: 'RESERVED', reason: null });
const sold = (order: Order): Reservation => ({ ...order, status: 'SOLD', reason: null });
const rejected = (order: Order, reason: RejectionReason): Reservation => ({
  ...order,
  status: 'REJECTED',
  reason,
});
const released = (order: Order, reason: ReleaseReason): Reservation => ({
  ...order,
  status: 'RELEASED',
  reason,
});

type Given = { stock?: Record<string, number>; reservations?: Reservation[]; movements?: StockMoved[] };

const decideFully = ({ stock = {}, reservations = [], movements = [] }: Given, events: ConsumedEvent[]) =>
  decideReservations(events, new Map(Object.entries(stock)), {
    reservations: new Map(reservations.map((reservation) => [reservation.orderId, reservation])),
    movements: new Set(movements.map(({ movementId }) => movementId)),
  });

/** What is published, without the order that every event carries. */
const published = ({ outbox }: Decision) =>
  outbox.map(({ type, aggregateId, payload }) =>
    [type, aggregateId, payload['reason']].filter((word) => word !== undefined).join(' '),
  );

/** Only the counts that change. */
const changesOf = ({ stock }: Decision) =>
  Object.fromEntries(
    [...stock].map(([productId, change]) => [
      productId,
      Object.fromEntries(Object.entries(change).filter(([, count]) => count !== 0)),
    ]),
  );

function decide(given: Given, ...events: ConsumedEvent[]) {
  const decision = decideFully(given, events);
  for (const { available, reserved: held, sold: gone, moved: out } of decision.stock.values()) {
    // Units go from one count to another, and never appear or vanish.
    expect(available + held + gone + out).toBe(0);
  }
  const { opened, changed, movements, refused } = decision;
  return {
    opened,
    changed,
    movements: movements.map(({ movementId }) => movementId),
    stock: changesOf(decision),
    published: published(decision),
    refused: refused.map(({ reason }) => reason),
  };
}
const nothing = { opened: [], changed: [], movements: [], stock: {}, published: [], refused: [] };
const plenty = { P: 100, Q: 100 };

describe('given no reservation of the order', () => {
  const order = anOrder({ orderId: 'A' });

  test.each([3, 4, 2_147_483_647])('when it is placed and %d units are there, they are reserved', (P) => {
    expect(decide({ stock: { P } }, placed(order))).toEqual({
      ...nothing,
      opened: [reserved(order)],
      stock: { P: { available: -3, reserved: 3 } },
      published: ['StockReserved A'],
    });
  });

  test.each([0, 2])('when it is placed and %d units are there, it is rejected, on record', (P) => {
    expect(decide({ stock: { P } }, placed(order))).toEqual({
      ...nothing,
      opened: [rejected(order, 'OUT_OF_STOCK')],
      published: ['StockRejected A OUT_OF_STOCK'],
    });
  });

  test('when it is placed and there is no such product, it is rejected, on record', () => {
    expect(decide({ stock: { Q: 100 } }, placed(order))).toEqual({
      ...nothing,
      opened: [rejected(order, 'UNKNOWN_PRODUCT')],
      published: ['StockRejected A UNKNOWN_PRODUCT'],
    });
  });

  test.each<Record<string, number>>([{}, { P: 0 }, { P: 100 }])(
    'when it is cancelled, with stock %j, it is released, on record, and nothing returns',
    (stock) => {
      expect(decide({ stock }, cancelled(order))).toEqual({
        ...nothing,
        opened: [released(order, 'CANCELLED_BEFORE_RESERVED')],
        published: ['StockReleased A'],
      });
    },
  );

  test('when it is paid, that is a dead letter', () => {
    expect(decide({ stock: plenty }, paid(order))).toEqual({
      ...nothing,
      refused: ['order "A" was paid and has no reservation'],
    });
  });

  test('when its payment is declined, that is a dead letter', () => {
    expect(decide({ stock: plenty }, declined(order))).toEqual({
      ...nothing,
      refused: ['payment of order "A" was declined and it has no reservation'],
    });
  });
});

describe('given units that are reserved for the order', () => {
  const order = anOrder({ orderId: 'A' });
  const given = { stock: plenty, reservations: [reserved(order)] };

  test('when it is placed again, nothing happens', () => {
    expect(decide(given, placed(order))).toEqual(nothing);
  });

  test('when it is cancelled, it is released and they come back', () => {
    expect(decide(given, cancelled(order))).toEqual({
      ...nothing,
      changed: [released(order, 'CANCELLED')],
      stock: { P: { available: 3, reserved: -3 } },
      published: ['StockReleased A'],
    });
  });

  test('when it is paid, they are sold, and nobody has to be told', () => {
    expect(decide(given, paid(order))).toEqual({
      ...nothing,
      changed: [sold(order)],
      stock: { P: { reserved: -3, sold: 3 } },
    });
  });

  test('when its payment is declined, it is released and they come back, and nobody has to be told', () => {
    expect(decide(given, declined(order))).toEqual({
      ...nothing,
      changed: [released(order, 'PAYMENT_DECLINED')],
      stock: { P: { available: 3, reserved: -3 } },
    });
  });
});

describe('given units that were sold', () => {
  const order = anOrder({ orderId: 'A' });
  const given = { stock: plenty, reservations: [sold(order)] };

  test('when the order is placed again, nothing happens', () => {
    expect(decide(given, placed(order))).toEqual(nothing);
  });

  test('when it is cancelled, it is released and they come back', () => {
    expect(decide(given, cancelled(order))).toEqual({
      ...nothing,
      changed: [released(order, 'CANCELLED')],
      stock: { P: { available: 3, sold: -3 } },
      published: ['StockReleased A'],
    });
  });

  test('when it is paid again, nothing happens', () => {
    expect(decide(given, paid(order))).toEqual(nothing);
  });

  test('when its payment is declined, that is a dead letter', () => {
    expect(decide(given, declined(order))).toEqual({
      ...nothing,
      refused: ['payment of order "A" was declined and it is sold already'],
    });
  });
});

describe.each<[string, Reservation]>([
  ['released by its cancellation', released(anOrder(), 'CANCELLED')],
  ['cancelled before it was placed', released(anOrder(), 'CANCELLED_BEFORE_RESERVED')],
  ['released as its payment was declined', released(anOrder(), 'PAYMENT_DECLINED')],
  ['rejected for want of stock', rejected(anOrder(), 'OUT_OF_STOCK')],
  ['rejected for want of a product', rejected(anOrder(), 'UNKNOWN_PRODUCT')],
])('given an order that was %s', (_, reservation) => {
  test.each<[string, (order: Order) => ConsumedEvent]>([
    ['is placed again, after a restock', placed],
    ['is cancelled', cancelled],
    ['is paid', paid],
    ['is declined payment', declined],
  ])('when it %s, nothing happens', (__, event) => {
    expect(decide({ stock: plenty, reservations: [reservation] }, event(reservation))).toEqual(nothing);
  });
});

describe('a plain movement', () => {
  test('takes its units out for good, and nobody has to be told', () => {
    expect(decide({ stock: plenty }, moved(10, 'P', 'm'))).toEqual({
      ...nothing,
      movements: ['m'],
      stock: { P: { available: -10, moved: 10 } },
    });
  });

  test('that is recorded already, or comes twice, counts once', () => {
    const [old, twice] = [moved(1), moved(1, 'P', 'm')];
    expect(decide({ stock: plenty, movements: [old] }, old, twice, twice)).toEqual({
      ...nothing,
      movements: ['m'],
      stock: { P: { available: -1, moved: 1 } },
    });
  });

  test('of more than there is, or of no product, is a dead letter', () => {
    expect(decide({ stock: { P: 10 } }, moved(11), moved(1, 'X'))).toEqual({
      ...nothing,
      refused: ['11 units of "P" cannot be moved, only 10 are available', 'there is no product "X"'],
    });
  });

  test('that was refused is decided anew when it comes again, and there is enough by then', () => {
    const tooMuch = moved(7, 'P', 'm');
    const held = anOrder({ qty: 4 });
    const given = { stock: { P: 6 }, reservations: [reserved(held)] };
    expect(decide(given, tooMuch, cancelled(held), tooMuch)).toMatchObject({
      movements: ['m'],
      stock: { P: { available: -3, reserved: -4, moved: 7 } },
      refused: ['7 units of "P" cannot be moved, only 6 are available'],
    });
  });
});

describe('in one batch', () => {
  test('orders and movements take from a product as they come, for as long as it lasts', () => {
    const [first, tooMuch, last] = [anOrder({ qty: 4 }), anOrder({ qty: 6 }), anOrder({ qty: 5 })];
    expect(
      decide({ stock: { P: 10 } }, placed(first), moved(1), placed(tooMuch), placed(last)),
    ).toMatchObject({
      opened: [reserved(first), rejected(tooMuch, 'OUT_OF_STOCK'), reserved(last)],
      stock: { P: { available: -10, reserved: 9, moved: 1 } },
    });
  });

  test('each product has its own stock', () => {
    const [one, other] = [anOrder(), anOrder({ productId: 'Q', qty: 5 })];
    expect(decide({ stock: { P: 3, Q: 5 } }, placed(one), placed(other)).stock).toEqual({
      P: { available: -3, reserved: 3 },
      Q: { available: -5, reserved: 5 },
    });
  });

  test.each([
    ['a cancellation', cancelled],
    ['a declined payment', declined],
  ])('what %s gives back can go to the next order, and not to the one before', (_, giveBack) => {
    const [old, before, after] = [anOrder(), anOrder(), anOrder()];
    const given = { stock: { P: 0 }, reservations: [reserved(old)] };
    expect(decide(given, placed(before), giveBack(old), placed(after))).toMatchObject({
      opened: [rejected(before, 'OUT_OF_STOCK'), reserved(after)],
      stock: { P: {} },
    });
  });

  test('an order that is placed, paid and cancelled has one row and its events in their order', () => {
    const order = anOrder({ orderId: 'A' });
    expect(decide({ stock: plenty }, placed(order), paid(order), cancelled(order))).toEqual({
      ...nothing,
      opened: [released(order, 'CANCELLED')],
      stock: { P: {} },
      published: ['StockReserved A', 'StockReleased A'],
    });
  });

  test('an order that is placed and paid is sold', () => {
    const order = anOrder({ orderId: 'A' });
    expect(decide({ stock: plenty }, placed(order), paid(order))).toMatchObject({
      opened: [sold(order)],
      stock: { P: { available: -3, sold: 3 } },
      published: ['StockReserved A'],
    });
  });

  test('a cancellation that comes before its order lets it come to nothing', () => {
    const order = anOrder({ orderId: 'A' });
    expect(decide({ stock: plenty }, cancelled(order), placed(order))).toEqual({
      ...nothing,
      opened: [released(order, 'CANCELLED_BEFORE_RESERVED')],
      published: ['StockReleased A'],
    });
  });

  test('of a cancellation and a payment the cancellation wins, whichever comes first', () => {
    const order = anOrder({ orderId: 'A' });
    const given = { stock: plenty, reservations: [reserved(order)] };
    const outcome = {
      ...nothing,
      changed: [released(order, 'CANCELLED')],
      stock: { P: { available: 3, reserved: -3 } },
      published: ['StockReleased A'],
    };
    expect(decide(given, cancelled(order), paid(order))).toEqual(outcome);
    expect(decide(given, paid(order), cancelled(order))).toEqual(outcome);
  });

  test('of a cancellation and a declined payment the first wins, and units come back once', () => {
    const order = anOrder({ orderId: 'A' });
    const given = { stock: plenty, reservations: [reserved(order)] };
    const back = { P: { available: 3, reserved: -3 } };
    expect(decide(given, cancelled(order), declined(order))).toMatchObject({
      changed: [released(order, 'CANCELLED')],
      stock: back,
      published: ['StockReleased A'],
    });
    expect(decide(given, declined(order), cancelled(order))).toMatchObject({
      changed: [released(order, 'PAYMENT_DECLINED')],
      stock: back,
      published: [],
    });
  });

  test('an event that comes twice counts once', () => {
    const order = anOrder();
    const once = [placed(order), paid(order), cancelled(order)];
    expect(decideFully({ stock: plenty }, [...once, ...once])).toEqual(decideFully({ stock: plenty }, once));
  });

  test('a refused event does not hold up those around it', () => {
    const [one, other] = [anOrder(), anOrder({ orderId: 'B' })];
    expect(decide({ stock: plenty }, placed(one), paid(other), paid(one))).toMatchObject({
      opened: [sold(one)],
      refused: ['order "B" was paid and has no reservation'],
    });
  });

  test('what is given is left as it is', () => {
    const [available, reservations] = [new Map([['P', 3]]), new Map<string, Reservation>()];
    decideReservations([placed(anOrder())], available, { reservations, movements: new Set() });
    expect([available.get('P'), reservations.size]).toEqual([3, 0]);
  });
});

test('what was ordered is what was recorded first, whatever an event says later', () => {
  const order = anOrder({ orderId: 'A' });
  const other = { ...order, productId: 'Q', qty: 50, totalPrice: 5_000, userId: 'bob' };
  const given = { stock: plenty, reservations: [sold(order)] };
  expect(decide(given, placed(other), cancelled(other))).toMatchObject({
    changed: [released(order, 'CANCELLED')],
    stock: { P: { available: 3, sold: -3 } },
  });
  expect(decideFully(given, [cancelled(other)]).outbox).toMatchObject([
    { payload: { productId: 'P', qty: 3, userId: 'ada' } },
  ]);
});

test('an event carries the whole order, an id that its order and type make, and the trace of its cause', () => {
  const order = anOrder({ orderId: 'test-order-id-dummy-id' });
  const [first, second] = decideFully({ stock: plenty }, [
    placed(order, 'one'),
    cancelled(order, 'two'),
  ]).outbox;
  const payload = {
    ...{ orderId: 'test-order-id-dummy-id', userId: 'ada', productId: 'P' },
    ...{ qty: 3, unitPrice: 100, totalPrice: 300, placedAt: '2026-11-20T10:00:00.123Z' },
  };
  expect(first).toEqual({
    id: eventId('StockReserved', order.orderId),
    type: 'StockReserved',
    aggregateId: order.orderId,
    payload,
    traceparent: 'one',
  });
  expect(second).toMatchObject({ type: 'StockReleased', payload, traceparent: 'two' });
});
