const first = 1000;
const longest = 30_000;
/** A task that has been running this long has recovered: its next failure starts from the shortest delay again. */
const recovered = 60_000;

/** How long to wait before the next attempt, in milliseconds, after so many failures in a row. */
export const delayAfter = (failures: number) => Math.min(first * 2 ** Math.max(0, failures - 1), longest);

type Attempts = { failures: number; nextAt: number; lastFailure: number };

/** Exponential back-off for many things at once, each under its own name; time is passed in, in milliseconds. */
export function createBackOff() {
  const attempts = new Map<string, Attempts>();
  return {
    /** Whether an attempt is due now. The first one is, at once. */
    due: (name: string, now: number) => now >= (attempts.get(name)?.nextAt ?? 0),
    /** Notes an attempt. @returns the delay until the next one, should this one fail too */
    attempted(name: string, now: number): number {
      const before = attempts.get(name);
      const failures = (before?.failures ?? 0) + 1;
      const delay = delayAfter(failures);
      attempts.set(name, { failures, nextAt: now + delay, lastFailure: now });
      return delay;
    },
    /** Notes that it works: forgotten only once it has worked for a while, for a task may die again at once. */
    works(name: string, now: number): void {
      const before = attempts.get(name);
      if (before && now - before.lastFailure > recovered) attempts.delete(name);
    },
  };
}

export type BackOff = ReturnType<typeof createBackOff>;
