import { expect, jest, test } from '@jest/globals';
import { validate, version } from 'uuid';
import { newId } from '../src/new-id.ts';

test('each is a UUID of version 7, and none comes twice', () => {
  const ids = Array.from({ length: 2_000 }, newId);
  expect(ids.filter((id) => !validate(id) || version(id) !== 7)).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
});

test('those of a later millisecond sort after those before', () => {
  jest.useFakeTimers({ now: 1_700_000_000_000 });
  try {
    const ids = Array.from({ length: 1_000 }, () => {
      jest.advanceTimersByTime(1);
      return newId();
    });
    expect(ids).toEqual(ids.toSorted());
  } finally {
    jest.useRealTimers();
  }
});
