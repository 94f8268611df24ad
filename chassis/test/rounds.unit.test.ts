import { expect, test } from '@jest/globals';
import { createRounds, pauseAfter } from '../src/rounds.ts';

test('what comes in one turn is dealt with together, what comes later by itself', async () => {
  const rounds: string[][] = [];
  const join = createRounds<string>({
    dealWith: (items) => Promise.resolve(void rounds.push([...items])),
    count: () => 0,
  });
  await Promise.all([join('a'), join('b')]);
  await join('c');
  expect(rounds).toEqual([['a', 'b'], ['c']]);
});

test('all who wait for a round that fails are told, and the next one is not concerned', async () => {
  let fails = true;
  const join = createRounds<string>({
    dealWith: () => (fails ? Promise.reject(new Error('away')) : Promise.resolve()),
    count: () => 0,
  });
  const outcomes = await Promise.allSettled([join('a'), join('b')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  fails = false;
  await join('a');
});

test('the more there is, the longer is collected for the next round, up to a limit', () => {
  expect(pauseAfter(1, 0)).toBeLessThan(pauseAfter(10, 0));
  expect(pauseAfter(1_000, 0)).toBe(pauseAfter(1_000_000, 0));
});

test('what a round took is taken off the time for which is collected', () => {
  expect(pauseAfter(10, 20)).toBe(pauseAfter(10, 0) - 20);
});

test('a round that took long is followed by as long a rest, up to a limit', () => {
  expect(pauseAfter(1_000, 90)).toBe(90);
  expect(pauseAfter(1_000, 10_000)).toBe(pauseAfter(1_000, 1_000));
});
