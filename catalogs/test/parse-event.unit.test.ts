import { describe, expect, test } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { parseEvent } from '../src/events.ts';

const order = {
  productId: 'CATALOG-001',
  qty: 10,
  unitPrice: 1500,
  totalPrice: 15000,
  orderId: 'test-order-id-dummy-id',
  userId: 'user-1',
};

function record(value: unknown, headers: Record<string, string> = {}): ConsumedRecord {
  const bytes = Buffer.isBuffer(value) || value === null ? value : Buffer.from(toText(value));
  const [offset, timestamp] = ['7', '1700000000000'];
  return { topic: 'orders.events', partition: 3, offset, timestamp, key: null, value: bytes, headers };
}
const toText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
const without = (name: string) => Object.fromEntries(Object.entries(order).filter(([key]) => key !== name));

describe('a record of orders.events', () => {
  test('without a type is an order, placed when it was appended', () => {
    expect(parseEvent(record(order))).toEqual({
      type: 'OrderPlaced',
      order: { ...order, placedAt: new Date(1700000000000) },
    });
  });

  test('of type OrderPlaced says when it was placed, in any zone', () => {
    const parsed = parseEvent(
      record({ ...order, placedAt: '2026-11-20T10:00:00.123+02:00' }, { type: 'OrderPlaced' }),
    );
    expect(parsed).toMatchObject({ order: { placedAt: new Date('2026-11-20T08:00:00.123Z') } });
  });

  test('may carry fields that are nobody’s business here', () => {
    expect(parseEvent(record({ ...order, note: { gift: true } }))).not.toHaveProperty('order.note');
  });

  test.each([
    ['64 characters, some of them outside of the basic plane', '𝄞'.repeat(64)],
    ['a space at its end', 'order-1 '],
    ['an accent', 'örder-1'],
    ['a control character', 'order\u0000-1'],
  ])('may have an order id with %s', (_, orderId) => {
    expect(parseEvent(record({ ...order, orderId }))).toMatchObject({ order: { orderId } });
  });

  test('may be free of charge, or as dear as money can be', () => {
    expect(parseEvent(record({ ...order, unitPrice: 0, totalPrice: 0 }))).toMatchObject({
      order: { totalPrice: 0 },
    });
    const most = Number.MAX_SAFE_INTEGER;
    expect(parseEvent(record({ ...order, qty: 1, unitPrice: most, totalPrice: most }))).toMatchObject({
      order: { totalPrice: most },
    });
  });

  test('without an order id is a plain movement, known by its place in the log', () => {
    expect(parseEvent(record({ productId: 'CATALOG-001', qty: 10 }))).toEqual({
      type: 'StockMoved',
      movementId: 'orders.events-3-7-1700000000000',
      productId: 'CATALOG-001',
      qty: 10,
    });
  });

  test('keeps its identity as a movement when it comes back from the dead letters', () => {
    const origin = 'orders.events-1-2-1600000000000';
    const replayed = record(without('orderId'), { 'dead-letter-origin': origin, type: 'OrderPlaced' });
    expect(parseEvent(replayed)).toMatchObject({ movementId: origin });
  });

  test.each(['OrderPlaced', 'OrderCancelRequested'])(
    'of type %s belongs to the trace that it names',
    (type) => {
      expect(parseEvent(record(order, { type, traceparent: 'trace' }))).toMatchObject({
        type,
        order,
        traceparent: 'trace',
      });
    },
  );

  test.each(['OrderConfirmed', 'OrderRejected', 'OrderCancelled'])(
    'of type %s is of no concern here, whatever it carries',
    (type) => {
      expect(parseEvent(record('whatever', { type }))).toBeNull();
    },
  );
});

describe('a record of users.events', () => {
  const onUsers = (value: unknown, headers: Record<string, string> = {}) => ({
    ...record(value, headers),
    topic: 'users.events',
  });

  test.each(['PaymentCompleted', 'PaymentDeclined'])('of type %s says which order, and of what', (type) => {
    expect(parseEvent(onUsers({ ...order, reason: 'any' }, { type, traceparent: 'trace' }))).toEqual({
      type,
      order: { orderId: order.orderId, productId: order.productId },
      traceparent: 'trace',
    });
  });

  test.each(['PaymentRefunded', 'Probe'])('of type %s is of no concern here, whatever it carries', (type) => {
    expect(parseEvent(onUsers('whatever', { type }))).toBeNull();
  });

  test.each<[string, unknown, Record<string, string>, string]>([
    ['without a type', order, {}, 'the header type is missing'],
    [
      'of an unknown type',
      order,
      { type: 'PaymentLost' },
      'the type "PaymentLost" is unknown on users.events',
    ],
    ['of a type of orders.events', order, { type: 'OrderPlaced' }, 'is unknown on users.events'],
    ['that is not JSON', 'paid', { type: 'PaymentCompleted' }, 'the value is not JSON'],
    ['without an order', without('orderId'), { type: 'PaymentDeclined' }, 'orderId is missing'],
    ['without a product', without('productId'), { type: 'PaymentCompleted' }, 'productId is missing'],
  ])('%s is a dead letter', (_, value, headers, reason) => {
    expect(() => parseEvent(onUsers(value, headers))).toThrow(reason);
  });
});

describe('a dead letter is a record', () => {
  test.each<[string, unknown, string]>([
    ['with a null value', null, 'the value is null'],
    ['with an empty value', '', 'the value is not JSON'],
    ['that is not JSON', '{"productId":"CATALOG-001",', 'the value is not JSON'],
    ['with a megabyte of noise', 'x'.repeat(1_000_000), 'the value is not JSON'],
    ['that is not UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0x22]), 'the value is not UTF-8'],
    [
      'with ids of broken UTF-8',
      Buffer.from(JSON.stringify(order).replace('user-1', 'user-\xff'), 'latin1'),
      'UTF-8',
    ],
    ['that is a number', 42, 'the value is 42; expected a JSON object'],
    ['that is a string', '"CATALOG-001"', 'the value is "CATALOG-001"; expected a JSON object'],
    ['that is null in JSON', 'null', 'the value is null; expected a JSON object'],
    ['that is a list', [order], 'expected a JSON object'],
    ['that is empty', {}, 'productId is missing'],
    [
      'without a product',
      without('productId'),
      'productId is missing; expected a string of 1 to 64 characters',
    ],
    ['without a quantity', without('qty'), 'qty is missing; expected an integer from 1 to 10000'],
    ['without a price', without('unitPrice'), 'unitPrice is missing'],
    ['without a total', without('totalPrice'), 'totalPrice is missing'],
    ['of an order without a user', without('userId'), 'userId is missing'],
    ['with several mistakes', { orderId: 'o', qty: 0 }, 'userId is missing'],
    ['with a null order id', { ...order, orderId: null }, 'orderId is null'],
    ['with a number for an order id', { ...order, orderId: 17 }, 'orderId is 17'],
    ['with an empty order id', { ...order, orderId: '' }, 'orderId is ""'],
    ['with an order id of 65 characters', { ...order, orderId: 'x'.repeat(65) }, 'orderId is "xxx'],
    ['with an order id of a megabyte', { ...order, orderId: 'x'.repeat(1_000_000) }, 'orderId is "xxx'],
    ['with a lone surrogate in an id', '{"productId":"\\ud800","qty":1}', 'productId is "\\ud800"'],
    ['with a user that is an object', { ...order, userId: { id: 'u' } }, 'userId is {"id":"u"}'],
    ['with a product that is a list', { ...order, productId: ['P'] }, 'productId is ["P"]'],
    ['with quantity 0', { ...order, qty: 0, totalPrice: 0 }, 'qty is 0'],
    ['with a negative quantity', { ...order, qty: -1, totalPrice: -1500 }, 'qty is -1'],
    ['with a fractional quantity', { ...order, qty: 1.5, totalPrice: 2250 }, 'qty is 1.5'],
    ['with a quantity of 10 001', { ...order, qty: 10_001, totalPrice: 15_001_500 }, 'qty is 10001'],
    ['with a quantity in quotes', { ...order, qty: '10' }, 'qty is "10"'],
    ['with a quantity beyond any double', '{"productId":"P","qty":1e999}', 'qty is null'],
    ['with a negative price', { ...order, unitPrice: -1, totalPrice: -10 }, 'unitPrice is -1'],
    ['with a fractional price', { ...order, unitPrice: 0.5, totalPrice: 5 }, 'unitPrice is 0.5'],
    [
      'with a price beyond 2^53-1',
      { ...order, unitPrice: 2 ** 53, totalPrice: 2 ** 53 },
      'unitPrice is 9007199254740992',
    ],
    ['with a boolean for a total', { ...order, totalPrice: true }, 'totalPrice is true'],
    ['whose total is off by one', { ...order, totalPrice: 14_999 }, 'totalPrice is 14999; expected 15000'],
    [
      'whose total is right only in doubles',
      { ...order, qty: 3, unitPrice: 3_002_399_751_580_331, totalPrice: 9_007_199_254_740_992 },
      'totalPrice is 9007199254740992',
    ],
    ['whose place in time is no date', { ...order, placedAt: 'yesterday' }, 'placedAt is "yesterday"'],
    [
      'whose place in time has no zone',
      { ...order, placedAt: '2026-11-20T10:00:00' },
      'placedAt is "2026-11-20T10',
    ],
    ['whose place in time is a number', { ...order, placedAt: 1700000000000 }, 'placedAt is 1700000000000'],
    ['from the year 0', { ...order, placedAt: '0000-01-01T00:00:00Z' }, 'placedAt is'],
    ['of a movement of nothing', { productId: 'P', qty: 0 }, 'qty is 0'],
    [
      'of a movement with a wrong total',
      { ...without('orderId'), totalPrice: 1 },
      'totalPrice is 1; expected 15000',
    ],
  ])('%s', (_, value, reason) => {
    expect(() => parseEvent(record(value))).toThrow(reason);
  });

  test.each(['OrderShipped', '', 'orderplaced', 'OrderPlaced ', 'PaymentCompleted', 'Probe'])(
    'of the unknown type "%s"',
    (type) => {
      expect(() => parseEvent(record(order, { type }))).toThrow(
        `the type ${JSON.stringify(type)} is unknown on orders.events`,
      );
    },
  );

  test('of a cancellation that names no order, for it is no movement either', () => {
    const cancel = record(without('orderId'), { type: 'OrderCancelRequested' });
    expect(() => parseEvent(cancel)).toThrow('orderId is missing');
  });

  test('of a movement whose origin cannot be stored', () => {
    const headers = { 'dead-letter-origin': 'x'.repeat(301) };
    expect(() => parseEvent(record({ productId: 'P', qty: 1 }, headers))).toThrow('origin');
  });
});
