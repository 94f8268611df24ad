import { describe, expect, jest, test } from '@jest/globals';
import type { Append } from '@ordermesh/chassis/appender';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { createProjectOrders, decideRow } from '../src/project-orders.ts';
import { recordOf as record } from './records.ts';

const order = {
  productId: 'CATALOG-001',
  qty: 10,
  unitPrice: 1500,
  totalPrice: 15000,
  orderId: 'test-order-id-dummy-id',
  userId: 'U',
};
const placedAt = '2026-07-01T03:30:05.123+02:00';
const timestamp = Date.parse('2026-07-02T00:00:00.000Z');

const recordOf = (value: unknown, headers: Record<string, string> = {}): ConsumedRecord =>
  record('orders.events', value, { headers, timestamp: String(timestamp) });

function rowOf(value: unknown, headers?: Record<string, string>) {
  const row = decideRow(recordOf(value, headers));
  return row && (JSON.parse(String(row.value)) as { schema: unknown; payload: Record<string, unknown> });
}

describe('the row of an order', () => {
  test('that was placed is the envelope that the sink was verified with', () => {
    const number = { type: 'int64', optional: false };
    const string = { type: 'string', optional: false };
    const time = { type: 'int64', name: 'io.debezium.time.Timestamp', version: 1, optional: false };
    expect(rowOf({ ...order, placedAt }, { type: 'OrderPlaced' })).toEqual({
      schema: {
        type: 'struct',
        name: 'orders',
        optional: false,
        fields: [
          { field: 'order_id', ...string },
          { field: 'user_id', ...string },
          { field: 'product_id', ...string },
          { field: 'qty', type: 'int32', optional: false },
          { field: 'unit_price', ...number },
          { field: 'total_price', ...number },
          { field: 'status', ...string },
          { field: 'reason', type: 'string', optional: true },
          { field: 'created_at', ...time },
          { field: 'updated_at', ...time },
        ],
      },
      payload: {
        order_id: 'test-order-id-dummy-id',
        user_id: 'U',
        product_id: 'CATALOG-001',
        qty: 10,
        unit_price: 1500,
        total_price: 15000,
        status: 'PENDING',
        reason: null,
        created_at: Date.parse(placedAt),
        updated_at: Date.parse(placedAt),
      },
    });
  });

  test('typed into a console producer, without headers or placedAt, is one placed when the record was made', () => {
    expect(rowOf(order)?.payload).toMatchObject({
      status: 'PENDING',
      created_at: timestamp,
      updated_at: timestamp,
    });
  });

  test.each([
    ['OrderConfirmed', 'CONFIRMED', null],
    ['OrderRejected', 'REJECTED', 'OUT_OF_STOCK'],
    ['OrderCancelled', 'CANCELLED', null],
  ])('changes with %s to %s, at the time of that record', (type, status, reason) => {
    expect(rowOf({ ...order, placedAt, reason: 'OUT_OF_STOCK' }, { type })?.payload).toMatchObject({
      status,
      reason,
      created_at: Date.parse(placedAt),
      updated_at: timestamp,
    });
  });

  test('never changes before it was placed, though the clocks of two machines differ', () => {
    const later = new Date(timestamp + 1_000).toISOString();
    expect(rowOf({ ...order, placedAt: later }, { type: 'OrderConfirmed' })?.payload).toMatchObject({
      created_at: timestamp + 1_000,
      updated_at: timestamp + 1_000,
    });
  });

  test('always has one and the same schema', () => {
    const types = ['OrderPlaced', 'OrderConfirmed', 'OrderRejected', 'OrderCancelled'];
    const schemas = types.map((type) => JSON.stringify(rowOf({ ...order, reason: 'R' }, { type })?.schema));
    expect(new Set(schemas).size).toBe(1);
  });

  test('has the order id as its key, goes on with the trace, and has an id derived from the event’s', () => {
    const headers = { id: 'event-1', traceparent: '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01' };
    const row = decideRow(recordOf(order, headers));
    expect(row).toMatchObject({
      topic: 'orders',
      key: order.orderId,
      headers: { traceparent: headers.traceparent },
    });
    expect(decideRow(recordOf(order, headers))).toEqual(row);
    expect(decideRow(recordOf(order, { id: 'event-2' }))?.headers['id']).not.toBe(row?.headers['id']);
  });

  test('tolerates fields that are of no concern here', () => {
    expect(rowOf({ ...order, colour: 'blue' })?.payload).not.toHaveProperty('colour');
  });
});

describe('what makes no row', () => {
  test.each([
    ['a plain stock movement', { productId: 'CATALOG-001', qty: 10 }, {}],
    ['a movement that catalogs will refuse', { productId: 'CATALOG-001' }, { type: 'OrderPlaced' }],
    ['a wish to cancel', order, { type: 'OrderCancelRequested' }],
  ])('%s', (_, value, headers) => {
    expect(decideRow(recordOf(value, headers))).toBeNull();
  });
});

describe('a malformed record is a dead letter that says why', () => {
  const without = (name: keyof typeof order) =>
    Object.fromEntries(Object.entries(order).filter(([key]) => key !== name));

  test.each<[string, unknown, Record<string, string>, string]>([
    ['null', null, {}, 'the value is null'],
    ['not JSON', '{"orderId":', {}, 'the value is not JSON'],
    ['a number', 17, {}, 'the value is 17; expected a JSON object'],
    ['a list', [order], {}, 'expected a JSON object'],
    [
      'of an unknown type',
      order,
      { type: 'OrderShipped' },
      'the type "OrderShipped" is unknown on orders.events',
    ],
    ['without userId', without('userId'), {}, 'userId is missing'],
    ['without productId', without('productId'), {}, 'productId is missing'],
    ['without qty', without('qty'), {}, 'qty is missing'],
    ['without unitPrice', without('unitPrice'), {}, 'unitPrice is missing'],
    ['without totalPrice', without('totalPrice'), {}, 'totalPrice is missing'],
    ['confirmed, without orderId', without('orderId'), { type: 'OrderConfirmed' }, 'orderId is missing'],
    ['with an orderId of null', { ...order, orderId: null }, {}, 'orderId is null'],
    ['with an empty orderId', { ...order, orderId: '' }, {}, 'orderId is ""'],
    ['with an orderId of 65 characters', { ...order, orderId: 'x'.repeat(65) }, {}, '1 to 64 characters'],
    ['with half a character as an id', { ...order, userId: '\ud800' }, {}, 'userId'],
    ['with a number as an id', { ...order, userId: 5 }, {}, 'userId is 5'],
    ['with a text as qty', { ...order, qty: '10' }, {}, 'qty is "10"; expected an integer from 1 to 10000'],
    ['with a fraction as qty', { ...order, qty: 1.5 }, {}, 'qty is 1.5'],
    ['with qty 0', { ...order, qty: 0, totalPrice: 0 }, {}, 'qty is 0'],
    ['with qty -1', { ...order, qty: -1, totalPrice: -1500 }, {}, 'qty is -1'],
    ['with qty 10001', { ...order, qty: 10_001, totalPrice: 15_001_500 }, {}, 'qty is 10001'],
    ['with a negative price', { ...order, unitPrice: -1, totalPrice: -10 }, {}, 'unitPrice is -1'],
    ['with a price beyond 2^53-1', { ...order, unitPrice: 2 ** 53 }, {}, 'unitPrice is 9007199254740992'],
    [
      'with a total that is not qty × price',
      { ...order, totalPrice: 14_999 },
      {},
      'totalPrice is 14999; expected 15000',
    ],
    [
      'with a total that only a double would take for the product',
      // 3 × 3002399751580331 is 2^53+1, which a double rounds to 2^53.
      { ...order, qty: 3, unitPrice: 3_002_399_751_580_331, totalPrice: 9_007_199_254_740_991 },
      {},
      'expected 9007199254740993',
    ],
    ['with a placedAt that is no time', { ...order, placedAt: 'yesterday' }, {}, 'placedAt is "yesterday"'],
    ['with a placedAt in the year 0', { ...order, placedAt: '0000-01-01T00:00:00Z' }, {}, 'placedAt'],
    ['rejected without a reason', order, { type: 'OrderRejected' }, 'reason is missing'],
  ])('%s', (_, value, headers, reason) => {
    expect(() => decideRow(recordOf(value, headers))).toThrow(InvalidRecordError);
    expect(() => decideRow(recordOf(value, headers))).toThrow(reason);
  });

  test('not UTF-8', () => {
    const value = Buffer.from(JSON.stringify(order).replace('test-', 'tést-'), 'latin1');
    expect(() => decideRow({ ...recordOf(null), value })).toThrow('not UTF-8');
  });
});

test('a batch is handed over in one go, in the order of its events, and counted when it is acknowledged', async () => {
  const changed = jest.fn();
  const handedOver: Append[] = [];
  const acknowledgement = Promise.withResolvers<undefined>();
  const projector = createProjectOrders({
    appender: {
      append: (row) => {
        handedOver.push(row);
        return acknowledgement.promise;
      },
    },
    changed,
  });
  const rows = ['OrderPlaced', 'OrderConfirmed', 'OrderCancelled'].flatMap(
    (type) => projector.parse(recordOf(order, { type })) ?? [],
  );
  const applied = projector.apply(rows);
  expect(handedOver).toEqual(rows.map(({ envelope }) => envelope));
  expect(changed).not.toHaveBeenCalled();
  acknowledgement.resolve(undefined);
  expect(await applied).toEqual([]);
  expect(changed.mock.calls).toEqual([['PENDING'], ['CONFIRMED'], ['CANCELLED']]);
});
