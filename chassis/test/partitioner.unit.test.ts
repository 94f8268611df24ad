import { expect, test } from '@jest/globals';
import { createStablePartitioner } from '../src/partitioner.ts';

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
  // murmur2 as in Kafka's own UtilsTest: 479470107, -790332482, -973932308, -985981536.
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
