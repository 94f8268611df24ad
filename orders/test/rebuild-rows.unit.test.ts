import { describe, expect, test } from '@jest/globals';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import { toEnvelope } from '../src/envelope.ts';
import { isTyped, readEnvelope, readEventRow } from '../src/rebuild/read-row.ts';
import { consumed, recordOf } from './records.ts';

const appended = Date.parse('2026-07-02T00:00:00.000Z');
const payload = { order_id: 'o', user_id: 'u', product_id: 'p', qty: 2, unit_price: 5, total_price: 10 };
const typed = (row: object, defaults: Record<string, unknown> = {}) =>
  recordOf('orders', {
    schema: {
      type: 'struct',
      fields: [
        ...Object.keys(row).map((field) => ({ field, type: 'string' })),
        ...Object.entries(defaults).map(([field, value]) => ({ field, type: 'string', default: value })),
      ],
    },
    payload: row,
  });

test('an event makes the very row that the projector writes for it', () => {
  const event = { orderId: 'o', userId: 'u', productId: 'p', qty: 2, unitPrice: 5, totalPrice: 10 };
  const record = recordOf('orders.events', event);
  const row = readEventRow(record);
  expect(row).toMatchObject({ ...payload, status: 'PENDING', created_at: appended, recordedAt: appended });
  expect(row?.told).toContain('updated_at');
  expect(readEventRow(recordOf('orders.events', { productId: 'p', qty: 5 }))).toBeNull();
});

describe('an envelope of the topic orders', () => {
  test('that the projector wrote makes the row that its event makes', () => {
    const order = { orderId: 'o', userId: 'u', productId: 'p', qty: 2, unitPrice: 5, totalPrice: 10 };
    const times = { placedAt: new Date(appended), changedAt: new Date(appended) };
    const row = consumed(
      toEnvelope({ ...order, ...times, status: 'PENDING', reason: null }, { id: 'e' }),
      appended,
    );
    const { partition, ...made } = readEnvelope(row);
    expect(made).toEqual(readEventRow(recordOf('orders.events', order)));
    expect(partition).toBe(row.partition);
    // Its schema is known by its text; the same written otherwise is read as anybody's is.
    const spaced = JSON.stringify(JSON.parse(String(row.value)), null, 1);
    expect(readEnvelope({ ...row, value: Buffer.from(spaced) })).toEqual(readEnvelope(row));
    expect([isTyped(row), isTyped(typed(payload))]).toEqual([false, true]);
  });

  test('that somebody typed takes what it leaves out as the table does, at the time of its record', () => {
    expect(readEnvelope(typed(payload))).toEqual({
      ...payload,
      ...{ status: 'PENDING', reason: null, created_at: appended, updated_at: appended },
      told: Object.keys(payload),
      recordedAt: appended,
      partition: 2,
    });
  });

  test('tells what it says, and what its schema says in its place', () => {
    const row = readEnvelope(typed({ ...payload, reason: null }, { status: 'CANCELLED', created_at: 7 }));
    expect(row).toMatchObject({ status: 'CANCELLED', reason: null, created_at: 7, updated_at: appended });
    expect(row?.told).toEqual([...Object.keys(payload), 'status', 'reason', 'created_at']);
  });

  test.each<[string, object]>([
    ['a column that there is not', { ...payload, coupon: 'X' }],
    ['a total that is none', { ...payload, total_price: 11 }],
    ['no order', { ...payload, order_id: '' }],
    ['an unknown status', { ...payload, status: 'SHIPPED' }],
    ['a time before 1970', { ...payload, created_at: -1 }],
  ])('with %s makes no row', (_, row) => {
    expect(() => readEnvelope(typed(row))).toThrow(InvalidRecordError);
  });

  test('that is no envelope makes no row', () => {
    for (const value of ['hello', null, '[]', JSON.stringify(payload)])
      expect(() => readEnvelope(recordOf('orders', value))).toThrow(InvalidRecordError);
  });
});
