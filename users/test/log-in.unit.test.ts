import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, expect, test } from '@jest/globals';
import type { Account } from '../src/entities.ts';
import { createLogIn } from '../src/log-in.ts';
import { hashOfNobody } from '../src/passwords.ts';
import { createTokens, type Tokens } from '../src/tokens.ts';

const ada: Account = {
  id: 'user-1',
  email: 'ada@example.com',
  emailKey: 'ada@example.com',
  name: 'Ada',
  passwordHash: 'hash of correct horse',
  role: 'customer',
  createdAt: new Date(0),
};

let tokens: Tokens;
beforeAll(async () => {
  tokens = await createTokens(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
});

function setUp() {
  const checked: string[] = [];
  const logIn = createLogIn({
    findAccount: (email) => Promise.resolve(email === ada.email ? ada : null),
    passwords: {
      hash: (password) => Promise.resolve(`hash of ${password}`),
      verify: (password, hash) => {
        checked.push(hash);
        return Promise.resolve(hash === `hash of ${password}`);
      },
    },
    tokens,
  });
  return { logIn, checked };
}

const wrong = { message: 'email or password is wrong', extensions: { code: 'UNAUTHENTICATED' } };

test('email and password open a session', async () => {
  const { logIn } = setUp();
  const session = await logIn({ email: 'ada@example.com', password: 'correct horse' });
  expect(session).toEqual({ account: ada, token: expect.stringMatching(/^eyJ/) });
});

test('a wrong password and an unknown email are refused alike, after the same work', async () => {
  const { logIn, checked } = setUp();
  await expect(logIn({ email: 'ada@example.com', password: 'wrong horse' })).rejects.toMatchObject(wrong);
  await expect(logIn({ email: 'bob@example.com', password: 'wrong horse' })).rejects.toMatchObject(wrong);
  expect(checked).toEqual([ada.passwordHash, hashOfNobody]);
});

test('what cannot be a password is refused before any work, whether there is an account or not', async () => {
  const { logIn, checked } = setUp();
  const password = 'x'.repeat(1_000_000);
  await expect(logIn({ email: 'ada@example.com', password })).rejects.toMatchObject(wrong);
  await expect(logIn({ email: 'bob@example.com', password })).rejects.toMatchObject(wrong);
  expect(checked).toEqual([]);
});
