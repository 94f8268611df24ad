import { describe, expect, test } from '@jest/globals';
import {
  isDatabaseUnavailable,
  isDataError,
  isRetryableTransactionError,
} from '@ordermesh/chassis/database-errors';
import { SqlError } from 'mariadb';

const sqlError = (errno: number, sqlState: string, fatal = false) => {
  const error = new SqlError('message');
  return Object.assign(error, { errno, sqlState, fatal });
};

describe('an error of the database', () => {
  test.each([1213, 1205, 1020])('%d runs the transaction again', (errno) => {
    expect(isRetryableTransactionError(sqlError(errno, 'HY000'))).toBe(true);
  });

  test.each([
    ['a value too long', 1406, '22001'],
    ['a duplicate key', 1062, '23000'],
    ['a violated check', 4025, '23000'],
  ])('on %s is the data’s fault', (_what, errno, state) => {
    expect(isDataError(sqlError(errno, state))).toBe(true);
    expect(isDatabaseUnavailable(sqlError(errno, state))).toBe(false);
  });

  test.each([
    ['a missing table', 1146, '42S02'],
    ['a full disk', 1021, 'HY000'],
  ])('on %s is not', (_what, errno, state) => {
    expect(isDataError(sqlError(errno, state))).toBe(false);
  });

  test('on the connection means that the database is away, also inside another error', () => {
    const away = sqlError(45_028, 'HY000', true);
    expect(isDatabaseUnavailable(away)).toBe(true);
    expect(isDatabaseUnavailable(new Error('query failed', { cause: away }))).toBe(true);
    expect(isDatabaseUnavailable(new Error('something else'))).toBe(false);
  });
});
