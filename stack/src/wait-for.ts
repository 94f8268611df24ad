import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, messageOf } from './failure.ts';

export type WaitOptions = {
  /** What is waited for, as it reads in "gave up waiting for …". */
  what: string;
  /** Milliseconds until it is given up. */
  deadline?: number;
  /** Milliseconds between two looks. */
  interval?: number;
  signal?: AbortSignal;
};

type Maybe<T> = T | undefined | null | false;

/**
 * Looks again and again until `condition` gives something other than undefined, null or false, and returns that.
 * An error that it throws counts as "not yet".
 * @throws Failure after the deadline, with what was seen last.
 */
export async function waitFor<T>(
  condition: () => Maybe<T> | Promise<Maybe<T>>,
  { what, deadline = 30_000, interval = 50, signal }: WaitOptions,
): Promise<T> {
  const end = Date.now() + deadline;
  for (;;) {
    let seen: string;
    signal?.throwIfAborted();
    try {
      const value = await condition();
      if (value !== undefined && value !== null && value !== false) return value;
      seen = String(value);
    } catch (error) {
      seen = messageOf(error);
    }
    if (Date.now() >= end)
      throw new Failure(`gave up waiting for ${what} after ${deadline / 1000} s; last seen: ${seen}`);
    await sleep(interval, undefined, { signal });
  }
}
