import { describe, expect, test } from '@jest/globals';
import type { Append } from '@ordermesh/chassis/appender';
import { createBatchProcessor } from '@ordermesh/chassis/batch-processor';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import { createLogger } from '@ordermesh/chassis/log';
import { readOutcome } from '../src/read-outcome.ts';
import { createSettleOrders, decideOutcome } from '../src/settle-orders.ts';
import { recordOf } from './records.ts';

const order = {
  ...{ orderId: 'O', userId: 'U', productId: 'P', qty: 10, unitPrice: 1500, totalPrice: 15_000 },
  placedAt: '2026-07-01T01:30:05.123Z',
};
const traceparent = '00-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-bbbbbbbbbbbbbbbb-01';
const [catalogs, users] = ['catalogs.events', 'users.events'];

/** What is appended for a record. */
function decide(topic: string, type: string | undefined, value: unknown, more: Record<string, string> = {}) {
  const outcome = readOutcome(recordOf(topic, value, { headers: { ...(type && { type }), ...more } }));
  return outcome && decideOutcome(outcome);
}
const valueOf = (event: Append | null): unknown => JSON.parse(String(event?.value));

describe('given', () => {
  test.each([
    [catalogs, 'StockRejected', { reason: 'OUT_OF_STOCK' }, 'OrderRejected', { reason: 'OUT_OF_STOCK' }],
    [
      catalogs,
      'StockRejected',
      { reason: 'UNKNOWN_PRODUCT' },
      'OrderRejected',
      { reason: 'UNKNOWN_PRODUCT' },
    ],
    [users, 'PaymentDeclined', { reason: 'UNKNOWN_USER' }, 'OrderRejected', { reason: 'UNKNOWN_USER' }],
    [users, 'PaymentCompleted', {}, 'OrderConfirmed', {}],
    [users, 'PaymentRefunded', { amount: 15_000 }, 'OrderCancelled', {}],
    [users, 'PaymentRefunded', { amount: 0 }, 'OrderCancelled', {}],
  ])('on %s %s %j, then %s with the order and %j is appended', (topic, type, outcome, becomes, more) => {
    const event = decide(topic, type, { ...order, ...outcome }, { id: 'cause', traceparent });
    expect(event).toMatchObject({
      topic: 'orders.events',
      key: 'O',
      headers: { type: becomes, traceparent },
    });
    expect(Object.keys(event?.headers ?? {}).toSorted()).toEqual(['id', 'traceparent', 'type']);
    expect(valueOf(event)).toEqual({ ...order, ...more });
  });

  test.each([
    [catalogs, 'StockReserved'],
    [catalogs, 'StockReleased'],
    [catalogs, 'Probe'],
    [users, 'Probe'],
  ])('on %s %s, then nothing is appended, whatever it carries', (topic, type) => {
    expect(decide(topic, type, 'anything')).toBeNull();
  });

  test('the same outcome again, from whichever record, then the same event is appended', () => {
    const [first, again] = ['cause', 'published anew'].map((id) =>
      decide(users, 'PaymentCompleted', order, { id, traceparent }),
    );
    expect(again).toEqual(first);
  });

  test('different outcomes of one order, then events of different ids', () => {
    const ids = [
      decide(catalogs, 'StockRejected', { ...order, reason: 'OUT_OF_STOCK' }),
      decide(users, 'PaymentCompleted', order),
      decide(users, 'PaymentRefunded', order),
    ].map((event) => event?.headers['id']);
    expect(new Set(ids).size).toBe(3);
  });

  test.each([undefined, 'nonsense'])(
    'the traceparent %j, then the event has none and is not lost',
    (trace) => {
      const headers: Record<string, string> = trace === undefined ? {} : { traceparent: trace };
      expect(decide(users, 'PaymentCompleted', order, headers)?.headers).toEqual({
        id: expect.any(String),
        type: 'OrderConfirmed',
      });
    },
  );

  test('fields and reasons that are not known here, then they break nothing', () => {
    const event = decide(catalogs, 'StockRejected', { ...order, colour: 'blue', reason: 'RECALLED' });
    expect(valueOf(event)).toEqual({ ...order, reason: 'RECALLED' });
  });

  test('no placedAt, then the order was placed when the record was made', () => {
    expect(valueOf(decide(users, 'PaymentCompleted', { ...order, placedAt: undefined }))).toMatchObject({
      placedAt: '2026-07-02T00:00:00.000Z',
    });
  });
});

describe('a record that cannot be read says why', () => {
  const { userId, ...anonymous } = order;
  test.each<[string, string, string | undefined, unknown, string]>([
    ['without a type', catalogs, undefined, order, 'the header type is missing'],
    [
      'of an unknown type',
      catalogs,
      'StockLost',
      order,
      'the type "StockLost" is unknown on catalogs.events',
    ],
    ['of the other topic’s type', users, 'StockRejected', order, 'is unknown on users.events'],
    ['of a type that every object has', users, 'constructor', order, 'the type "constructor" is unknown'],
    ['null', users, 'PaymentCompleted', null, 'the value is null'],
    ['not JSON', users, 'PaymentCompleted', '{', 'the value is not JSON'],
    ['a list', users, 'PaymentCompleted', [order], 'expected a JSON object'],
    [`without userId ${userId}`, users, 'PaymentCompleted', anonymous, 'userId is missing'],
    ['with qty 0', users, 'PaymentRefunded', { ...order, qty: 0, totalPrice: 0 }, 'qty is 0'],
    ['with a wrong total', users, 'PaymentCompleted', { ...order, totalPrice: 1 }, 'expected 15000'],
    ['rejected without a reason', catalogs, 'StockRejected', order, 'reason is missing'],
    ['declined for a number', users, 'PaymentDeclined', { ...order, reason: 5 }, 'reason is 5'],
  ])('%s', (_, topic, type, value, reason) => {
    expect(() => decide(topic, type, value)).toThrow(InvalidRecordError);
    expect(() => decide(topic, type, value)).toThrow(reason);
  });
});

test('a batch is handed over in one go and in order, what is malformed goes to orders-process.dlq', async () => {
  const handedOver: Append[] = [];
  const acknowledgement = Promise.withResolvers<undefined>();
  const appender = {
    append: (record: Append) => {
      handedOver.push(record);
      return acknowledgement.promise;
    },
  };
  const process = createBatchProcessor({
    groupId: 'orders-process',
    handler: createSettleOrders({ appender }),
    appender,
    log: createLogger({ service: 'test', instance: 'test', level: 'silent' }),
  });
  const processed = process(
    ['PaymentCompleted', 'PaymentBurnt', 'Probe', 'PaymentRefunded'].map((type) =>
      recordOf(users, order, { headers: { type } }),
    ),
  );
  expect(handedOver.map(({ headers }) => headers['type'])).toEqual(['OrderConfirmed', 'OrderCancelled']);
  acknowledgement.resolve(undefined);
  await processed;
  expect(handedOver[2]).toMatchObject({
    topic: 'orders-process.dlq',
    headers: { 'dead-letter-reason': 'the type "PaymentBurnt" is unknown on users.events' },
  });
});
