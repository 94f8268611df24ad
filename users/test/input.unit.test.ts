import { describe, expect, test } from '@jest/globals';
import { emailKey, parseEmail, parseIdempotencyKey, parseName, parsePassword } from '../src/input.ts';

const refused = (message: string) =>
  expect.objectContaining({ message, extensions: { code: 'BAD_USER_INPUT' } });
const thrownBy = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (error) {
    return error;
  }
};

describe('an email', () => {
  test('is kept as typed, without the blanks around it', () => {
    expect(parseEmail(' Ada@Example.com\n')).toBe('Ada@Example.com');
  });

  test.each(['a@b.c', 'first.last+tag@sub.example.co', 'josé@exämple.de', `${'x'.repeat(242)}@example.com`])(
    'may be %s',
    (email) => {
      expect(parseEmail(email)).toBe(email);
    },
  );

  test.each([
    '',
    'ada',
    'ada@',
    '@example.com',
    'ada@localhost',
    'ada@example.',
    'ada@.com',
    'ada@example..com',
    'a da@example.com',
    'ada@b@example.com',
    'ada@exam\u0000ple.com',
    'ada\ud800@example.com',
    `${'x'.repeat(243)}@example.com`,
  ])('may not be %j', (email) => {
    expect(thrownBy(() => parseEmail(email))).toEqual(
      refused('email must look like name@example.com and have at most 254 characters'),
    );
  });

  test('has the same key in every case and Unicode form, and another key with another accent', () => {
    expect(emailKey(' ADA@Example.COM ')).toBe(emailKey('ada@example.com'));
    expect(emailKey('jose\u0301@example.com')).toBe(emailKey('JOSÉ@example.com'));
    expect(emailKey('jose@example.com')).not.toBe(emailKey('josé@example.com'));
  });
});

describe('a name', () => {
  test('has 1 to 100 characters, whatever they take in memory', () => {
    expect(parseName('  Ada  ')).toBe('Ada');
    expect(parseName('🦊'.repeat(100))).toHaveLength(200);
  });

  test.each(['', '   ', 'x'.repeat(101), 'a\u0007b', '\ud800'])('may not be %j', (name) => {
    expect(thrownBy(() => parseName(name))).toEqual(
      refused('name must have 1 to 100 characters, no control characters among them'),
    );
  });
});

describe('a password', () => {
  test('has 8 to 128 characters of any kind, blanks included', () => {
    expect(parsePassword(' pass wd ')).toBe(' pass wd ');
    expect(parsePassword('🦊'.repeat(128))).toHaveLength(256);
  });

  test.each(['', '1234567', 'x'.repeat(129), `1234567\ud800`])('may not be %j', (password) => {
    expect(thrownBy(() => parsePassword(password))).toEqual(
      refused('password must have 8 to 128 characters'),
    );
  });
});

test.each(['', 'x'.repeat(65), '\udfff'])('an idempotency key may not be %j', (key) => {
  expect(thrownBy(() => parseIdempotencyKey(key))).toEqual(
    refused('idempotencyKey must have 1 to 64 characters'),
  );
});
