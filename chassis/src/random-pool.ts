import { randomFillSync } from 'node:crypto';

/**
 * Gives so many random bytes at a time, in memory that is used again later. They are drawn for some hundred times at once: a call to
 * the generator costs more than the bytes.
 */
export function createRandomPool(size: number): () => Buffer {
  const random = Buffer.alloc(256 * size);
  let used = random.length;
  return () => {
    if (used === random.length) {
      randomFillSync(random);
      used = 0;
    }
    return random.subarray(used, (used += size));
  };
}
