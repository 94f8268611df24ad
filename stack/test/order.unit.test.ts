import { describe, expect, test } from '@jest/globals';
import type { IHeaders } from 'kafkajs';
import { createMayConcern, readEvent } from '../src/order/event.ts';
import { historyText, showSince, toHistory } from '../src/order/history.ts';
import { partitionOf, timeWithin } from '../src/order/where.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
const placedAt = '2023-11-14T22:13:20.000Z';
const order = { orderId: 'o1', userId: 'u', productId: 'p', qty: 1, unitPrice: 5, totalPrice: 5, placedAt };
const message = (value: unknown, headers: IHeaders = {}, key: string | null = 'o1', ms = 0) => ({
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  ...{ timestamp: String(Date.parse(placedAt) + ms), offset: '7', attributes: 0, headers },
});
const read = (topic: string, ...given: Parameters<typeof message>) =>
  readEvent('o1', topic, 3, message(...given));

describe('the partition of an order', () => {
  test.each([
    // The hashes are those of the test of org.apache.kafka.common.utils.Utils.murmur2.
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])('of %s is where Kafka itself puts it', (key, hash) => {
    for (const partitions of [1, 6, 7, 50])
      expect(partitionOf(key, partitions)).toBe((hash & 0x7fffffff) % partitions);
  });
});

test('an id of our own tells when it was given, any other string does not', () => {
  expect(timeWithin('01a1fb97-b700-751d-9140-0dedc109b71b')).toBe(0x01a1fb97b700);
  for (const id of ['o1', 'test-order-id-dummy-id', '01a1fb97-b700-451d-9140-0dedc109b71b'])
    expect(timeWithin(id)).toBeUndefined();
});

describe('a record', () => {
  test('tells its type, place, time, reason and trace', () => {
    const headers = { type: 'OrderRejected', id: 'e1', traceparent };
    expect(read('orders.events', { ...order, reason: 'OUT_OF_STOCK' }, headers, 'o1', 42)).toEqual({
      ...{ topic: 'orders.events', partition: 3, offset: 7, at: '2023-11-14T22:13:20.042Z' },
      ...{ type: 'OrderRejected', reason: 'OUT_OF_STOCK', id: 'e1', traceId, placedAt },
    });
  });

  test('typed without key and headers is an order placed', () => {
    expect(read('orders.events', order, {}, null)).toMatchObject({ type: 'OrderPlaced', placedAt });
  });

  test('on the topic orders is a row with its status', () => {
    const payload = { order_id: 'o1', status: 'CONFIRMED', reason: null, created_at: Date.parse(placedAt) };
    const row = read('orders', { schema: {}, payload }, { type: 'OrderRow' });
    expect(row).toMatchObject({ type: 'OrderRow', status: 'CONFIRMED', placedAt });
    expect(read('orders', { payload: { order_id: 'o1' } }, {}, null)).toMatchObject({ type: 'OrderRow' });
  });

  test('that was given up says by whom and why, at the time when that happened', () => {
    const headers = {
      ...{ 'dead-letter-topic': 'users.events', 'dead-letter-partition': '1', 'dead-letter-offset': '9' },
      ...{ 'dead-letter-consumer': 'catalogs', 'dead-letter-reason': 'no reservation' },
      ...{ 'dead-letter-at': '2023-11-14T22:14:00.000Z', type: 'PaymentCompleted' },
    };
    expect(read('catalogs.dlq', order, headers)).toMatchObject({
      ...{ type: 'PaymentCompleted', at: '2023-11-14T22:14:00.000Z' },
      deadLetter: { by: 'catalogs', why: 'no reservation', from: { topic: 'users.events', offset: 9 } },
    });
    const broken = read('catalogs.dlq', '{"orderId":"o1", broken', headers, null);
    expect(broken?.deadLetter?.why).toBe('no reservation');
  });

  test('says that it was replayed', () => {
    const headers = { 'dead-letter-origin': 'orders.events-0-0-1' };
    expect(read('orders.events', order, headers)).toMatchObject({ replayed: true });
  });

  test('of another order, or that only mentions the id, is none of this one', () => {
    expect(read('orders.events', { ...order, orderId: 'o2' })).toBeUndefined();
    expect(read('orders.events', { ...order, orderId: 'o2', userId: 'o1' }, {}, null)).toBeUndefined();
    expect(read('orders.events', 'not json about "o1"', {}, null)).toBeUndefined();
  });

  test('without a readable value belongs to the order of its key', () => {
    expect(read('orders.events', null)).toMatchObject({ type: 'OrderPlaced' });
    expect(read('orders.events', 'not json')).toMatchObject({ type: 'OrderPlaced' });
  });

  test('is looked into when its key is the id or its value quotes it', () => {
    const mayConcern = createMayConcern('o1');
    expect(mayConcern(message(null))).toBe(true);
    expect(mayConcern(message(order, {}, null))).toBe(true);
    expect(mayConcern(message({ orderId: 'o11' }, {}, 'o11'))).toBe(false);
    expect(mayConcern(message(null, {}, null))).toBe(false);
  });
});

describe('the history', () => {
  const event = (type: string, ms: number, more: object = {}, topic = 'orders.events') => {
    const found = read(topic, { ...order, ...more }, { type, traceparent }, 'o1', ms);
    if (!found) throw new Error(`${type} was not read`);
    return found;
  };
  const events = [
    event('OrderRejected', 90, { reason: 'INSUFFICIENT_FUNDS' }),
    event('StockReserved', 30, {}, 'catalogs.events'),
    event('PaymentDeclined', 90, { reason: 'INSUFFICIENT_FUNDS' }, 'users.events'),
    event('OrderPlaced', 3),
  ];

  test('is in order of time, and of cause and effect within a millisecond', () => {
    const history = toHistory('o1', events);
    expect(history?.placedAt).toBe(placedAt);
    expect(history?.events.map(({ type, sincePlacementMs }) => [type, sincePlacementMs])).toEqual([
      ['OrderPlaced', 3],
      ['StockReserved', 30],
      ['PaymentDeclined', 90],
      ['OrderRejected', 90],
    ]);
  });

  test('is a line for each event', () => {
    const history = toHistory('o1', events);
    expect(history && historyText(history).split('\n')).toEqual([
      'order o1, placed 2023-11-14T22:13:20.000Z: 4 records',
      'SINCE     EVENT            TOPIC            PARTITION  OFFSET  STATUS, REASON      TRACE',
      `+0.003 s  OrderPlaced      orders.events    3          7                           ${traceId}`,
      `+0.030 s  StockReserved    catalogs.events  3          7                           ${traceId}`,
      `+0.090 s  PaymentDeclined  users.events     3          7       INSUFFICIENT_FUNDS  ${traceId}`,
      `+0.090 s  OrderRejected    orders.events    3          7       INSUFFICIENT_FUNDS  ${traceId}`,
    ]);
    expect([showSince(61_400), showSince(-20)]).toEqual(['+61 s', '-0.020 s']);
  });

  test('begins with the first record when none says when the order was placed', () => {
    const found = read('orders', { payload: { order_id: 'o1' } }, {}, null, 500);
    expect(toHistory('o1', found ? [found] : [])).toMatchObject({ placedAt: '2023-11-14T22:13:20.500Z' });
    expect(toHistory('o1', [])).toBeUndefined();
  });
});
