import { expect } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { consume } from '@ordermesh/chassis/testing/consume';
import { dateTime } from '@ordermesh/chassis/testing/matchers';
import { createRecordingDatabase } from '@ordermesh/chassis/testing/recording-database';
import { createReserveStock } from '../src/reserve-stock.ts';

/** The order that the messages of a pact are about. */
export const anOrder = {
  orderId: 'order-1',
  userId: 'user-1',
  productId: 'CATALOG-001',
  qty: 10,
  unitPrice: 1500,
  totalPrice: 15_000,
  placedAt: '2026-07-01T01:30:05.123Z',
};
export const ofAnOrder = { given: 'an order', about: anOrder };

/** The same as every event carries it. */
export const expectedOrder = { ...anOrder, placedAt: dateTime(anOrder.placedAt) };

/** The same as rows have it. */
export const orderRow = {
  order_id: anOrder.orderId,
  product_id: anOrder.productId,
  user_id: anOrder.userId,
  qty: anOrder.qty,
  unit_price: anOrder.unitPrice,
  total_price: anOrder.totalPrice,
  placed_at: new Date(anOrder.placedAt),
};
export const reserved = { ...orderRow, status: 'RESERVED', reason: null };

/**
 * What a record makes the service write when there are 100 units, and these reservations. The database is stood in for:
 * reserve-stock.int.test.ts and life-cycle.int.test.ts hold the same handler to a real one.
 */
export async function written(record: ConsumedRecord, ...reservations: (typeof reserved)[]) {
  const stock = [{ product_id: anOrder.productId, available: 100 }];
  const recording = createRecordingDatabase({ stock, reservations, movements: [] });
  const [fate] = await consume(createReserveStock({ database: recording.database }), [record]);
  return {
    fate,
    reservations: recording.inserted('reservations'),
    changes: recording.changes(),
    published: recording.published(),
  };
}

export const nothing = { reservations: [], changes: [], published: [] };

/** The statements that give the reservation its new status, and move its units. */
export const changed = (status: string, reason: string | null) => ({
  statement: 'UPDATE reservations SET status = ?, reason = ? WHERE order_id IN (?)',
  values: [status, reason, [anOrder.orderId]],
});
export const moved = (by: { available?: number; reserved?: number; sold?: number }) => ({
  statement: expect.stringMatching(
    /^UPDATE JSON_TABLE.* stock\.available = stock\.available \+ changes\.available/,
  ),
  values: [JSON.stringify([[anOrder.productId, by.available ?? 0, by.reserved ?? 0, by.sold ?? 0, 0]])],
});
