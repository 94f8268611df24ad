import { describe, expect, test } from '@jest/globals';
import type { IHeaders } from 'kafkajs';
import { listTable } from '../src/dlq/list.ts';
import { readLetter, type Letter } from '../src/dlq/letter.ts';
import { replayText } from '../src/dlq/replay.ts';
import { chunk, toReturn } from '../src/dlq/returns.ts';
import { letterJson, showLetter } from '../src/dlq/show.ts';
import { oneLine, showBytes } from '../src/dlq/text.ts';

const time = '1700000000000';
const message = (headers: IHeaders, value: Buffer | null = Buffer.from('{}'), key: Buffer | null = null) => ({
  ...{ key, value, timestamp: '1700000005000', offset: '4', attributes: 0 },
  headers,
});
const consumers = {
  'dead-letter-reason': 'there is no product "X"',
  'dead-letter-consumer': 'catalogs',
  'dead-letter-topic': 'orders.events',
  'dead-letter-partition': '2',
  'dead-letter-offset': '17',
  'dead-letter-timestamp': time,
  'dead-letter-at': '2023-11-14T22:13:25.000Z',
  'dead-letter-origin': `orders.events-2-17-${time}`,
};
const connects = {
  '__connect.errors.topic': 'orders',
  '__connect.errors.partition': '5',
  '__connect.errors.offset': '33',
  '__connect.errors.connector.name': 'orders-sink',
  '__connect.errors.task.id': '0',
  '__connect.errors.stage': 'TRANSFORMATION',
  '__connect.errors.class.name': 'dev.ordermesh.connect.CheckColumns',
  '__connect.errors.exception.class.name': 'org.apache.kafka.connect.errors.DataException',
  '__connect.errors.exception.message': 'qty is 0',
  '__connect.errors.exception.stacktrace': 'org.apache…',
};
const partitions = new Map([
  ['orders.events', 6],
  ['orders', 6],
]);
const returned = (letter: Letter) => toReturn(letter, partitions);

describe('a dead letter of a consumer', () => {
  const bytes = Buffer.from('ff00', 'hex');
  const letter = readLetter(
    'catalogs.dlq',
    1,
    message({ ...consumers, type: 'OrderPlaced', bytes, twice: ['a', 'b'] }),
  );

  test('says why, when, from where and by whom', () => {
    expect(letter).toMatchObject({
      ...{ topic: 'catalogs.dlq', partition: 1, offset: 4, consumer: 'catalogs' },
      ...{ reason: 'there is no product "X"', at: '2023-11-14T22:13:25.000Z' },
      from: { topic: 'orders.events', partition: 2, offset: 17 },
    });
  });

  test('goes back as it came: partition, key, value, headers and time; of ours only the identity', () => {
    expect(returned(letter)).toEqual({
      topic: 'orders.events',
      message: {
        ...{ key: null, value: Buffer.from('{}'), partition: 2, timestamp: time },
        headers: {
          type: [Buffer.from('OrderPlaced')],
          bytes: [bytes],
          twice: [Buffer.from('a'), Buffer.from('b')],
          'dead-letter-origin': [Buffer.from(`orders.events-2-17-${time}`)],
        },
      },
    });
  });

  test('keeps its first identity when it died again after a replay', () => {
    const first = `orders.events-0-3-${time}`;
    const again = readLetter('catalogs.dlq', 1, message({ ...consumers, 'dead-letter-origin': first }));
    expect(returned(again)?.message.headers['dead-letter-origin']).toEqual([Buffer.from(first)]);
    expect(showLetter({ ...again, waiting: true })).toContain(
      `from     orders.events-2@17, at first ${first}`,
    );
  });

  test('goes where its key leads when its topic has fewer partitions now', () => {
    const fewer = toReturn(letter, new Map([['orders.events', 1]]));
    expect(fewer?.message).not.toHaveProperty('partition');
  });
});

describe('a dead letter of Kafka Connect', () => {
  const letter = readLetter('orders-sink.dlq', 0, message({ ...connects, h: '1' }, null, Buffer.from('k')));

  test('says why, from where and by whom, but not when it was given up', () => {
    expect(letter).toMatchObject({
      ...{ consumer: 'orders-sink', reason: 'qty is 0' },
      from: { topic: 'orders', partition: 5, offset: 33 },
    });
    expect(letter).not.toHaveProperty('at');
  });

  test('goes back without what Connect added, with an identity made of where it was', () => {
    expect(returned(letter)).toEqual({
      topic: 'orders',
      message: {
        ...{ key: Buffer.from('k'), value: null, partition: 5, timestamp: '1700000005000' },
        headers: {
          h: [Buffer.from('1')],
          'dead-letter-origin': [Buffer.from('orders-5-33-1700000005000')],
        },
      },
    });
  });

  test('keeps the identity that it has from an earlier replay', () => {
    const again = readLetter('orders-sink.dlq', 0, message({ ...connects, 'dead-letter-origin': 'first' }));
    expect(returned(again)?.message.headers['dead-letter-origin']).toEqual([Buffer.from('first')]);
  });

  test("is told from a consumer's by the topic that it lies in, whatever headers its record had", () => {
    const both = { ...consumers, ...connects };
    expect(readLetter('orders-sink.dlq', 0, message(both)).from?.topic).toBe('orders');
    expect(readLetter('catalogs.dlq', 0, message(both)).from?.topic).toBe('orders.events');
  });
});

test.each([
  ['nothing', {}],
  ['half of it', { 'dead-letter-topic': 'orders.events', 'dead-letter-partition': '1' }],
  ['nonsense', { ...consumers, 'dead-letter-offset': '-1' }],
])('a record that says %s about where it came from cannot go back', (_, headers) => {
  expect(returned(readLetter('catalogs.dlq', 0, message(headers)))).toBeUndefined();
});

test('a header that is null counts as none', () => {
  // As kafkajs hands it over; its types do not say so.
  const headers: IHeaders = JSON.parse('{"traceparent":null}');
  expect(readLetter('catalogs.dlq', 0, message(headers)).headers).toEqual({});
});

test('letters go in requests of at most half a mebibyte, in order, a larger one by itself', () => {
  const sizes = [100_000, 100_000, 900_000, 300_000, 300_000, 10];
  const letters = sizes.map((size) => readLetter('catalogs.dlq', 0, message(consumers, Buffer.alloc(size))));
  const chunks = chunk(letters);
  expect(chunks.map((each) => each.map(({ value }) => value?.length))).toEqual([
    [100_000, 100_000],
    [900_000],
    [300_000],
    [300_000, 10],
  ]);
});

describe('what is shown', () => {
  test('is one line for each thing, whatever bytes a record holds', () => {
    const value = Buffer.from('line\nend \u001b[31mred\u202e');
    const key = Buffer.from('ff01', 'hex');
    const letter = readLetter('catalogs.dlq', 1, message({ ...consumers, type: 'A' }, value, key));
    expect(showLetter({ ...letter, waiting: false })).toBe(
      [
        'catalogs.dlq-1@4  replayed',
        '  when     2023-11-14T22:13:25.000Z',
        '  from     orders.events-2@17',
        '  by       catalogs',
        '  why      there is no product "X"',
        '  key      0xff01 (2 bytes, not UTF-8)',
        '  headers  type=A',
        '  value    line\\nend \\u{001b}[31mred\\u{202e}',
      ].join('\n'),
    );
    expect(letterJson({ ...letter, waiting: false })).toMatchObject({
      ...{ key: { base64: '/wE=' }, value: value.toString(), headers: { type: 'A' }, waiting: false },
    });
  });

  test('is shortened between characters, never within one', () => {
    expect(oneLine('😀😀😀', 2)).toBe('😀😀…');
    expect(showBytes(Buffer.from('äöü'), 2)).toBe('äö… (6 bytes)');
    expect(showBytes(Buffer.alloc(100, 0xff), 4)).toBe('0xffff… (100 bytes, not UTF-8)');
    expect([showBytes(null, 9), showBytes(Buffer.alloc(0), 9)]).toEqual(['null', 'empty']);
  });

  test('lists how many there are, how many wait, and why the newest is there', () => {
    const newest = { at: '2023-11-14T22:13:25.000Z', reason: 'no such product' };
    const lines = listTable([
      { topic: 'catalogs.dlq', deadLetters: 12, waiting: 2, newest },
      { topic: 'users.dlq', deadLetters: 0, waiting: 0 },
    ]).split('\n');
    expect(lines).toEqual([
      'TOPIC         DEAD LETTERS  WAITING  NEWEST                    WHY',
      'catalogs.dlq  12            2        2023-11-14T22:13:25.000Z  no such product',
      'users.dlq     0             0',
      '2 dead letters waiting to be replayed',
    ]);
  });

  test('tells what a replay did, and what it could not do', () => {
    const outcome = { topic: 'x.dlq', deadLetters: 5, waited: 3, replayed: 1, to: { orders: 1 } };
    const passedOver = ['x.dlq-0@1'];
    expect(replayText({ ...outcome, passedOver, stopped: ['x.dlq-1@0 came from y'] })).toBe(
      [
        'replayed 1 of the 3 dead letters that waited in x.dlq: 1 to orders',
        'passed over x.dlq-0@1: it does not say where it came from',
        'stopped: x.dlq-1@0 came from y',
      ].join('\n'),
    );
    const nothing = { ...outcome, waited: 0, replayed: 0, passedOver: [], stopped: [] };
    expect(replayText(nothing)).toBe('nothing waits in x.dlq: 5 dead letters, replayed before');
    expect(replayText({ ...nothing, deadLetters: 0 })).toBe('x.dlq is empty');
  });
});
