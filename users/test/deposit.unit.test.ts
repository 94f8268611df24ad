import { describe, expect, test } from '@jest/globals';
import { decideDeposit } from '../src/deposit.ts';

const max = Number.MAX_SAFE_INTEGER;

describe('given a wallet of 100, of which 250 were ever deposited', () => {
  const funds = { balance: 100, deposited: 250 };

  test('a deposit of 50 makes both 50 more', () => {
    expect(decideDeposit(funds, 50, undefined)).toEqual({ balance: 150, deposited: 300 });
  });

  test('the same deposit again changes nothing', () => {
    expect(decideDeposit(funds, 50, 50)).toBe(funds);
  });

  test('the same key with another amount is a conflict', () => {
    expect(() => decideDeposit(funds, 51, 50)).toThrow(
      expect.objectContaining({ extensions: { code: 'IDEMPOTENCY_CONFLICT' } }),
    );
  });

  test('a deposit of 0 is refused', () => {
    expect(() => decideDeposit(funds, 0, undefined)).toThrow('amount must be at least 1');
  });

  test('the largest deposit leaves room for the refund of the 150 that were spent', () => {
    const after = decideDeposit(funds, max - 250, undefined);
    expect(after).toEqual({ balance: max - 150, deposited: max });
    expect(after.balance + 150).toBe(max);
  });

  test('one more than that is refused, though the balance alone would hold it', () => {
    expect(() => decideDeposit(funds, max - 249, undefined)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(`of which ${max - 250} are left`),
        extensions: { code: 'BAD_USER_INPUT' },
      }),
    );
  });
});

test('a repeated deposit is answered even when the wallet has no room left', () => {
  const full = { balance: max, deposited: max };
  expect(decideDeposit(full, max, max)).toBe(full);
});
