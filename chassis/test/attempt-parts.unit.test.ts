import { expect, test } from '@jest/globals';
import { attemptParts } from '../src/attempt-parts.ts';

/** Attempts parts of which some fail; says what was attempted and what is left. */
async function run(parts: string[], together: boolean, failing: string[]) {
  const attempted: string[] = [];
  const reported: string[] = [];
  const left = await attemptParts(parts, {
    together,
    attempt: (some) => {
      attempted.push(some.join('+'));
      return some.some((part) => failing.includes(part))
        ? Promise.reject(new Error('no'))
        : Promise.resolve();
    },
    failed: (_error, some) => reported.push(some.join('+')),
  });
  return { attempted, reported, left };
}

test('together, one that fails leaves all of them', async () => {
  expect(await run(['a', 'b', 'c'], true, [])).toEqual({ attempted: ['a+b+c'], reported: [], left: [] });
  expect(await run(['a', 'b', 'c'], true, ['b'])).toEqual({
    attempted: ['a+b+c'],
    reported: ['a+b+c'],
    left: ['a', 'b', 'c'],
  });
});

test('apart, one that fails is left alone', async () => {
  expect(await run(['a', 'b', 'c'], false, ['b'])).toEqual({
    attempted: ['a', 'b', 'c'],
    reported: ['b'],
    left: ['b'],
  });
});

test('apart, the others come first next time: however many fail, each of them has its turn', async () => {
  const first = await run(['a', 'b', 'c', 'd'], false, ['a', 'b']);
  expect(first).toEqual({ attempted: ['a', 'b'], reported: ['a', 'b'], left: ['c', 'd', 'a', 'b'] });
  expect((await run(first.left, false, ['a', 'b'])).left).toEqual(['a', 'b']);
});
