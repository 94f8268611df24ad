import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { crc32c } from '../src/crc32c.ts';

const theirs = createRequire(import.meta.url)('kafkajs/src/protocol/recordBatch/crc32C') as typeof crc32c;

test.each([
  ['32 bytes of zeros', new Uint8Array(32), 0x8a9136aa],
  ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
  ['32 ascending bytes', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  ['32 descending bytes', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  ['no bytes', new Uint8Array(0), 0],
])('the checksum of %s is what RFC 3720 and everybody says', (_name, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum);
});

test('of any length, and wherever in a buffer the bytes begin, it is what kafkajs makes of them', () => {
  const bytes = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 167 + (i >> 3) * 59) & 0xff));
  for (let from = 0; from < 9; from++)
    for (let to = from; to <= bytes.length; to++) {
      const part = bytes.subarray(from, to);
      expect(`${from}-${to}: ${crc32c(part)}`).toBe(`${from}-${to}: ${theirs(part)}`);
    }
});
