import { expect, test } from '@jest/globals';
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
