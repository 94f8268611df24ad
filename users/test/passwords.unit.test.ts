import { describe, expect, test } from '@jest/globals';
import { createPasswords, hashOfNobody } from '../src/passwords.ts';

const passwords = createPasswords();

describe('a password hash', () => {
  test('is a PHC string of argon2id with the cost that OWASP asks for', async () => {
    expect(await passwords.hash('correct horse')).toMatch(
      /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/,
    );
  });

  test('is that of its password and of no other', async () => {
    const hash = await passwords.hash('correct horse');
    expect(await passwords.verify('correct horse', hash)).toBe(true);
    expect(await passwords.verify('Correct horse', hash)).toBe(false);
    expect(await passwords.verify('', hash)).toBe(false);
  });

  test('is another one each time, for its salt is', async () => {
    expect(await passwords.hash('correct horse')).not.toBe(await passwords.hash('correct horse'));
  });

  test('is of the same password however the keyboard composed it', async () => {
    const hash = await passwords.hash('pa\u00dfwort-\u00e9t\u00e9');
    expect(await passwords.verify('pa\u00dfwort-e\u0301te\u0301', hash)).toBe(true);
  });

  test('of another cost is checked at that cost: a vector of the reference implementation', async () => {
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    expect(await passwords.verify('password', hash)).toBe(true);
  });

  test('that was damaged is an error, not a wrong password', async () => {
    await expect(passwords.verify('correct horse', 'plain text')).rejects.toThrow('not a PHC string');
  });

  test('of nobody is that of no password, and costs as much as any', async () => {
    expect(await passwords.verify('correct horse', hashOfNobody)).toBe(false);
    expect(hashOfNobody.slice(0, 31)).toBe((await passwords.hash('correct horse')).slice(0, 31));
  });
});

test('more hashes than may wait are refused at once as a service that is unavailable', async () => {
  const narrow = createPasswords({ running: 1, waiting: 1 });
  const results = await Promise.allSettled(['one', 'two', 'three'].map((password) => narrow.hash(password)));
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  expect(results[2]).toMatchObject({ reason: { name: 'UnavailableError' } });
});
