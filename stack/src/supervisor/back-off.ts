const first = 1_000;
const longest = 30_000;
/** A process that stayed up this long starts again from the shortest delay. */
const settled = 60_000;

/** Milliseconds to wait before the next start: 1 s, 2 s, 4 s … 30 s, from the beginning again after a good while up. */
export function createBackOff() {
  let failures = 0;
  return {
    next(upFor: number): number {
      if (upFor >= settled) failures = 0;
      return Math.min(first * 2 ** failures++, longest);
    },
  };
}
