import { expect, test } from '@jest/globals';
import { toDeadLetter } from '@ordermesh/chassis/dead-letters';
import { toConsumedRecord } from '@ordermesh/chassis/record';
import type { IHeaders } from 'kafkajs';

const message = (headers: IHeaders) => ({
  ...{ key: null, value: null, timestamp: '0', offset: '0', attributes: 0 },
  headers,
});

test('header values are text, of a repeated header the last, and one that is null counts as none', () => {
  // As kafkajs hands over what Kafka Connect makes of an empty column; its types do not say so.
  const fromConnect: IHeaders = JSON.parse('{"traceparent":null}');
  const headers = { type: Buffer.from('A'), twice: [Buffer.from('1'), Buffer.from('2')], ...fromConnect };
  expect(toConsumedRecord('t', 0, message(headers)).headers).toEqual({ type: 'A', twice: '2' });
});

test('a dead letter carries headers that are not text as they came, and the time of its record', () => {
  const bytes = Buffer.from('ff00fe', 'hex');
  const record = toConsumedRecord('t', 3, { ...message({ bytes }), timestamp: '1700000000000', offset: '7' });
  const { headers } = toDeadLetter('group', { record, reason: 'why' });
  expect(headers['bytes']).toEqual(bytes);
  expect(headers).toMatchObject({
    'dead-letter-timestamp': '1700000000000',
    'dead-letter-origin': 't-3-7-1700000000000',
  });
});
