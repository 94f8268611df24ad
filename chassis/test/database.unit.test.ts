import { expect, test } from '@jest/globals';
import { toBulkRows } from '@ordermesh/chassis/database';

test('rows of a batch have one type per column, whatever the size of an integer, and times are in UTC', () => {
  const date = new Date('2026-11-20T10:00:00.123+02:00');
  expect(
    toBulkRows([
      ['a', 1, date, null],
      ['b', -Number.MAX_SAFE_INTEGER, date, 'c'],
    ]),
  ).toEqual([
    ['a', 1n, '2026-11-20 08:00:00.123', null],
    ['b', -9_007_199_254_740_991n, '2026-11-20 08:00:00.123', 'c'],
  ]);
});

test('what is no integer stays as it is', () => {
  expect(toBulkRows([[1.5, 2 ** 60, true, undefined]])).toEqual([[1.5, 2 ** 60, true, undefined]]);
});
