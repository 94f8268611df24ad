/** A hash of everything that a value depends on, 32 bits (FNV-1a, finished as MurmurHash3 does). */
export function hashOf(...parts: (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const character of parts.join('\u0001')) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Whether something with the given probability happens, decided by a hash. */
export function happens(probability: number, hash: number): boolean {
  return hash / 0x1_0000_0000 < probability;
}

/** A sequence of random choices that a seed determines. */
export function createRandom(seed: number) {
  let state = hashOf(seed);
  const next = (): number => (state = hashOf(state, 1));
  const below = (limit: number): number => next() % limit;
  return {
    below,
    chance: (probability: number): boolean => happens(probability, next()),
    pick<T>(items: readonly T[]): T {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}
export type Random = ReturnType<typeof createRandom>;
