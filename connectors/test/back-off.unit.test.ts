import { expect, test } from '@jest/globals';
import { createBackOff, delayAfter } from '../src/back-off.ts';

test('the delay doubles from a second to half a minute and stays there', () => {
  expect([1, 2, 3, 4, 5, 6, 60].map(delayAfter)).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
});

test('the first attempt is due at once, each further one after a longer delay', () => {
  const backOff = createBackOff();
  expect(backOff.due('a', 0)).toBe(true);
  expect(backOff.attempted('a', 0)).toBe(1000);
  expect([999, 1000].map((now) => backOff.due('a', now))).toEqual([false, true]);
  expect(backOff.attempted('a', 1000)).toBe(2000);
  expect([2999, 3000].map((now) => backOff.due('a', now))).toEqual([false, true]);
  expect(backOff.due('b', 0)).toBe(true);
});

test('a task that runs for a moment only has not recovered; one that runs for a minute has', () => {
  const backOff = createBackOff();
  backOff.attempted('a', 0);
  backOff.works('a', 30_000);
  expect(backOff.attempted('a', 30_000)).toBe(2000);
  backOff.works('a', 30_000 + 60_001);
  expect(backOff.attempted('a', 100_000)).toBe(1000);
});
