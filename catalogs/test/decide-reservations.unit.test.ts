import { describe, expect, test } from '@jest/globals';
import type { OrderPlaced, OrdersEvent, StockMoved } from '../src/events.ts';
import { decideReservations } from '../src/reserve-stock.ts';

const order = (orderId: string, qty: number, productId = 'P'): OrderPlaced => ({
  type: 'OrderPlaced',
  orderId,
  userId: 'U',
  productId,
  qty,
  unitPrice: 5,
  totalPrice: 5 * qty,
  placedAt: new Date(0),
});
const movement = (movementId: string, qty: number, productId = 'P'): StockMoved => ({
  type: 'StockMoved',
  movementId,
  productId,
  qty,
});

function decide(
  events: OrdersEvent[],
  stock: Record<string, number>,
  recorded: { orders?: string[]; movements?: string[] } = {},
) {
  const { reservations, movements, taken, refused } = decideReservations(
    events,
    new Map(Object.entries(stock)),
    { orders: new Set(recorded.orders), movements: new Set(recorded.movements) },
  );
  return {
    outcomes: reservations.map((made) => `${made.order.orderId} ${made.reason ?? made.status}`),
    movements: movements.map((made) => made.movementId),
    taken: Object.fromEntries(taken),
    refused: refused.map(({ reason }) => reason),
  };
}
const nothing = { outcomes: [], movements: [], taken: {}, refused: [] };

describe('given enough stock', () => {
  test('when an order comes, then its units are reserved', () => {
    expect(decide([order('A', 10)], { P: 100 })).toEqual({
      ...nothing,
      outcomes: ['A RESERVED'],
      taken: { P: { reserved: 10, moved: 0 } },
    });
  });

  test('when orders of several products come, then each takes from its own', () => {
    expect(
      decide([order('A', 1, 'P'), order('B', 2, 'Q'), order('C', 3, 'P')], { P: 9, Q: 9 }).taken,
    ).toEqual({
      P: { reserved: 4, moved: 0 },
      Q: { reserved: 2, moved: 0 },
    });
  });

  test('when a plain movement comes, then its units leave for good', () => {
    expect(decide([movement('m', 10)], { P: 100 })).toEqual({
      ...nothing,
      movements: ['m'],
      taken: { P: { reserved: 0, moved: 10 } },
    });
  });
});

describe('given exactly what an order wants', () => {
  test('when it comes, then it gets the last units, and the next order nothing', () => {
    expect(decide([order('A', 10), order('B', 1)], { P: 10 })).toEqual({
      ...nothing,
      outcomes: ['A RESERVED', 'B OUT_OF_STOCK'],
      taken: { P: { reserved: 10, moved: 0 } },
    });
  });
});

describe('given less than an order wants', () => {
  test('when it comes, then it is rejected, and a smaller one after it still gets its units', () => {
    expect(decide([order('A', 11), order('B', 10)], { P: 10 }).outcomes).toEqual([
      'A OUT_OF_STOCK',
      'B RESERVED',
    ]);
  });

  test('when a movement wants too much, then it is refused with what is left, and takes nothing', () => {
    expect(decide([order('A', 4), movement('m', 7)], { P: 10 })).toEqual({
      ...nothing,
      outcomes: ['A RESERVED'],
      taken: { P: { reserved: 4, moved: 0 } },
      refused: ['7 units of "P" cannot be moved, only 6 are available'],
    });
  });
});

describe('given no such product', () => {
  test('when an order comes, then it is rejected, on record', () => {
    expect(decide([order('A', 1)], {})).toEqual({ ...nothing, outcomes: ['A UNKNOWN_PRODUCT'] });
  });

  test('when a movement comes, then it is refused', () => {
    expect(decide([movement('m', 1)], {})).toEqual({ ...nothing, refused: ['there is no product "P"'] });
  });
});

describe('given an order or a movement that is recorded already', () => {
  test('when it comes again, whatever it says now, then nothing happens', () => {
    const recorded = { orders: ['A'], movements: ['m'] };
    expect(
      decide([order('A', 10), order('A', 3, 'Q'), movement('m', 1)], { P: 100, Q: 9 }, recorded),
    ).toEqual(nothing);
  });

  test('when a rejected one comes again after a restock, then it stays rejected', () => {
    expect(decide([order('A', 10)], { P: 1_000 }, { orders: ['A'] })).toEqual(nothing);
  });

  test('when it comes twice among others, then it counts once, the first time', () => {
    expect(
      decide([order('A', 1), order('B', 1), order('A', 5), movement('m', 1), movement('m', 1)], { P: 9 }),
    ).toEqual({
      outcomes: ['A RESERVED', 'B RESERVED'],
      movements: ['m'],
      taken: { P: { reserved: 2, moved: 1 } },
      refused: [],
    });
  });
});
