import { describe, expect, test } from '@jest/globals';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { parseStockEvent } from '../src/events.ts';

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const order = {
  ...{ orderId: 'order-1', userId: 'ada', productId: 'CATALOG-001' },
  ...{ qty: 3, unitPrice: 100, totalPrice: 300, placedAt: '2026-11-20T10:00:00.123Z' },
};

function record(type: string | undefined, value: unknown): ConsumedRecord {
  return {
    ...{
      topic: 'catalogs.events',
      partition: 0,
      offset: '0',
      timestamp: '1000',
      key: Buffer.from('order-1'),
    },
    value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
    headers: { id: 'some', traceparent, ...(type !== undefined && { type }) },
  };
}

test.each(['StockReserved', 'StockReleased'])('%s is read with its order and its trace', (type) => {
  expect(parseStockEvent(record(type, order))).toEqual({
    type,
    order: { ...order, placedAt: new Date(order.placedAt) },
    traceparent,
  });
});

test('fields that are added one day break nothing, and go no further', () => {
  const event = parseStockEvent(record('StockReserved', { ...order, warehouse: 7 }));
  expect(event).toEqual(parseStockEvent(record('StockReserved', order)));
});

test('an order that does not say when it was placed was placed at the time of the record', () => {
  const event = parseStockEvent(record('StockReserved', { ...order, placedAt: undefined }));
  expect(event?.order.placedAt).toEqual(new Date(1000));
});

test.each(['StockRejected', 'Probe'])('%s is of no concern, whatever it carries', (type) => {
  expect(parseStockEvent(record(type, 'no JSON'))).toBeNull();
});

describe('a dead letter says what was wrong:', () => {
  test.each([
    ['StockVanished', order, 'the type "StockVanished" is unknown on catalogs.events'],
    [undefined, order, 'the header type is missing'],
    ['StockReserved', 'no JSON', 'the value is not JSON'],
    ['StockReserved', [order], 'expected a JSON object'],
    ['StockReserved', { ...order, orderId: '' }, 'orderId is ""; expected a string of 1 to 64 characters'],
    ['StockReserved', { ...order, userId: undefined }, 'userId is missing'],
    ['StockReserved', { ...order, qty: 0 }, 'qty is 0; expected an integer from 1 to 2147483647'],
    ['StockReserved', { ...order, unitPrice: 1.5 }, 'unitPrice is 1.5'],
    ['StockReserved', { ...order, totalPrice: 2 ** 53 }, 'totalPrice is 9007199254740992'],
    ['StockReleased', { ...order, totalPrice: 301 }, 'totalPrice is 301; expected 300'],
    ['StockReleased', { ...order, placedAt: 'yesterday' }, 'placedAt is "yesterday"'],
  ])('%s %j', (type, value, reason) => {
    expect(() => parseStockEvent(record(type, value))).toThrow(reason);
  });
});
