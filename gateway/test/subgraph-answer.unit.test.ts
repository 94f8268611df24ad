import { describe, expect, test } from '@jest/globals';
import { readAnswer } from '../src/subgraph-answer.ts';

describe('a subgraph’s answer', () => {
  test('is its data, and its errors whatever the status', () => {
    expect(readAnswer('users', { status: 200, body: '{"data":{"me":null}}' })).toEqual({
      data: { me: null },
    });
    const refused = '{"errors":[{"message":"no","extensions":{"code":"BAD_USER_INPUT"}}]}';
    expect(readAnswer('users', { status: 400, body: refused }).errors).toEqual([
      { message: 'no', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
  });

  test.each([502, 503, 504])('with status %s says that it cannot serve now', (status) => {
    expect(() => readAnswer('users', { status, body: '<html>' })).toThrow(`users answered ${status}`);
    expect(() => readAnswer('users', { status, body: '<html>' })).toThrow(
      expect.objectContaining({ name: 'UnavailableError' }),
    );
  });

  test.each([
    ['not JSON', 200, '<html>It works!</html>'],
    ['an error page', 500, 'Internal Server Error'],
    ['empty', 200, ''],
    ['null', 200, 'null'],
    ['a list', 200, '[]'],
    ['neither data nor errors', 200, '{}'],
    ['no data and no errors either', 200, '{"data":null,"errors":[]}'],
    ['data that is no object', 200, '{"data":7}'],
    ['errors that are no list', 200, '{"errors":"no"}'],
    ['errors without messages', 200, '{"errors":[{}]}'],
  ])('that is %s is unexpected, and the log is told of it', (_what, status, body) => {
    expect(() => readAnswer('users', { status, body })).toThrow(
      expect.objectContaining({
        name: 'UnexpectedAnswerError',
        message: `users answered ${status}: ${body}`,
      }),
    );
  });
});
