import { expect, test } from '@jest/globals';
import { toExactTotals } from '../src/money-totals.ts';

const max = 9_007_199_254_740_991n;

test('totals are exact up to 2^53-1', () => {
  expect(toExactTotals({ deposited: max, wallets: max - 1n, paymentsKept: 1n })).toEqual({
    deposited: 9_007_199_254_740_991,
    wallets: 9_007_199_254_740_990,
    paymentsKept: 1,
  });
});

test('a total that Money cannot hold is an error, never a rounded number', () => {
  expect(() => toExactTotals({ deposited: max + 1n, wallets: max, paymentsKept: 1n })).toThrow(
    'the total deposited is 9007199254740992, which Money cannot hold',
  );
});
