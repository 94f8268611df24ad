import { describe, expect, test } from '@jest/globals';
import { DateTime, Money } from '@ordermesh/chassis/scalars';
import { parseValue } from 'graphql';

describe('Money', () => {
  test.each([0, 1, Number.MAX_SAFE_INTEGER])('takes and gives %d', (amount) => {
    expect(Money.parseValue(amount)).toBe(amount);
    expect(Money.parseLiteral(parseValue(String(amount)))).toBe(amount);
    expect(Money.serialize(amount)).toBe(amount);
  });

  test.each([-1, 0.5, Number.MAX_SAFE_INTEGER + 1, Number.NaN, Infinity, '15', 15n, null, true, {}])(
    'refuses the value %p',
    (value) => {
      expect(() => Money.parseValue(value)).toThrow('Money is an integer of minor units');
    },
  );

  test.each(['-1', '1.0', '"15"', '9007199254740993', 'true', '[1]'])('refuses the literal %s', (literal) => {
    expect(() => Money.parseLiteral(parseValue(literal))).toThrow('Money is an integer of minor units');
  });
});

describe('DateTime', () => {
  test('is ISO 8601 in UTC with milliseconds', () => {
    expect(DateTime.serialize(new Date(Date.UTC(2026, 0, 2, 3, 4, 5, 6)))).toBe('2026-01-02T03:04:05.006Z');
  });

  test('refuses what is no date', () => {
    expect(() => DateTime.parseValue('yesterday')).toThrow('DateTime is an ISO 8601 string');
  });
});
