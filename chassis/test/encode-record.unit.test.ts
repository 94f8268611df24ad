import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { encodeRecord, type RecordToEncode } from '../src/encode-record.ts';

const require = createRequire(import.meta.url);
const theirs = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: RecordToEncode) => {
  buffer: Buffer;
};

const plain = { offsetDelta: 0, timestampDelta: 0, key: 'k', value: 'v', headers: {} };
const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

test.each<[string, RecordToEncode]>([
  ['a record without headers', plain],
  [
    'headers, as text and as bytes',
    { ...plain, headers: { type: 'OrderPlaced', id: Buffer.of(0, 255), traceparent } },
  ],
  ['neither key nor value', { ...plain, key: null, value: null }],
  ['no key and no headers given', { offsetDelta: 0, timestampDelta: 0, value: 'v' }],
  ['empty key and value', { ...plain, key: '', value: Buffer.alloc(0) }],
  ['text beyond ASCII', { ...plain, key: 'é', value: '\u{1f600}', headers: { ü: 'ß' } }],
  ['bytes', { ...plain, key: Buffer.of(1, 2), value: Buffer.from('v'.repeat(10_000)) }],
  ['the last record of a large batch', { ...plain, offsetDelta: 1_999 }],
  ...[62, 63, 64, 65, 8_191, 8_192, 1_048_575, 1_048_576].map((length): [string, RecordToEncode] => [
    `a value of ${length} characters`,
    { ...plain, value: 'v'.repeat(length) },
  ]),
])('%s has the bytes that kafkajs gives it', (_name, record) => {
  expect(encodeRecord(record).buffer.equals(theirs(record).buffer)).toBe(true);
});

/** Of a produce request by kafkajs in a process of its own, where modules are Node's; with or without ours. */
function produceRequest(prepare: string): string {
  const messages = [
    { key: 'a', value: 'b', headers: { c: 'd' }, timestamp: 1_700_000_000_000 },
    { key: 'a', value: 'b', headers: { c: ['d', 'e'] }, timestamp: 1_700_000_000_000 },
    { key: 'a', value: 'b', timestamp: 1_700_000_000_007 },
  ];
  const topicData = [{ topic: 't', partitions: [{ partition: 0, firstSequence: 0, messages }] }];
  const script = `
    const { createRequire } = await import('node:module');
    const require = createRequire(${JSON.stringify(import.meta.url)});
    const replaced = ['record/v0', 'crc32C'].map((name) => 'kafkajs/src/protocol/recordBatch/' + name);
    const before = replaced.map((name) => require(name));
    ${prepare}
    const produce = require('kafkajs/src/protocol/requests/produce/v7/request');
    const request = produce({ acks: -1, timeout: 1, producerId: 1, producerEpoch: 0, topicData: ${JSON.stringify(topicData)} });
    console.log((await request.encode()).buffer.toString('hex'));
    console.log(...replaced.map((name, i) => require(name) === before[i]));`;
  return execFileSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
}

test('a service sends what kafkajs would, also of records that are left to kafkajs', () => {
  const [theirRequest, areTheirs] = produceRequest('').split('\n');
  const [ourRequest, areStillTheirs] = produceRequest(
    `await import(${JSON.stringify(new URL('../src/kafka.ts', import.meta.url).href)});`,
  ).split('\n');
  expect([areTheirs, areStillTheirs]).toEqual(['true true', 'false false']);
  expect(ourRequest).toBe(theirRequest);
});
