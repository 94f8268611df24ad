/** Random numbers that are the same for the same seed. */
export type Random = {
  /** 0 up to, not including, `limit`. */
  below(limit: number): number;
  /** From `min` to `max`, both included. */
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
};

/** mulberry32: 32 bits of state are plenty for histories of some hundred steps. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  /** 0 up to, not including, 1. */
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }
  const below = (limit: number) => Math.floor(next() * limit);

  // Neighbouring seeds start far apart.
  for (let i = 0; i < 4; i++) next();

  return {
    below,
    between: (min, max) => min + below(max - min + 1),
    chance: (probability) => next() < probability,
    pick: (values) => {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error('nothing to pick from');
      return value;
    },
  };
}
