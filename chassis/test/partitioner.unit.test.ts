import { expect, test } from '@jest/globals';
import { Partitioners } from 'kafkajs';
import { createStablePartitioner, murmur2 } from '../src/partitioner.ts';

const partitionMetadata = Array.from({ length: 6 }, (_, partitionId) => ({
  partitionId,
  partitionErrorCode: 0,
  leader: 1,
  replicas: [1],
  isr: [1],
}));
const partitionOf = (key: Buffer | string | null, value: Buffer | string | null) =>
  createStablePartitioner()({ topic: 't', partitionMetadata, message: { key, value } });

test.each([
  // Kafka's own UtilsTest has these.
  ['21', -973_932_308],
  ['foobar', -790_332_482],
  ['a-little-bit-long-string', -985_981_536],
  ['a-little-bit-longer-string', -1_486_304_829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58_897_971],
  ['abc', 479_470_107],
])('the hash of %s is the one that Kafka gives it', (text, hash) => {
  expect(murmur2(Buffer.from(text))).toBe(hash);
});

test('keys of every length go where kafkajs would send them', () => {
  const theirs = Partitioners.DefaultPartitioner();
  for (let length = 0; length < 70; length++) {
    const key = Buffer.from(Array.from({ length }, (_, index) => (index * 151 + length * 31) % 256));
    const message = { key, value: null };
    expect(partitionOf(key, null)).toBe(theirs({ topic: 't', partitionMetadata, message }));
  }
});

test.each([
  ['abc', 3],
  ['foobar', 0],
  ['21', 0],
  ['a-little-bit-long-string', 2],
])('the key %s goes where Kafka’s own producers send it', (key, partition) => {
  expect(partitionOf(key, 'a')).toBe(partition);
  expect(partitionOf(Buffer.from(key), 'b')).toBe(partition);
});

test('a record without a key goes to the same partition at every try, and different ones spread', () => {
  const values = Array.from({ length: 100 }, (_, index) => `{"qty":${index}}`);
  const partitions = values.map((value) => partitionOf(null, value));
  expect(values.map((value) => partitionOf(null, Buffer.from(value)))).toEqual(partitions);
  expect(new Set(partitions).size).toBe(6);
});

test('a record with neither key nor value has a partition too', () => {
  expect(partitionOf(null, null)).toBe(partitionOf(null, null));
});
