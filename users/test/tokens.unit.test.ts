import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createLogger } from '@ordermesh/chassis/log';
import { createTokenVerifier, type TokenVerifier } from '@ordermesh/chassis/token-verifier';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { createTokens, type Tokens } from '../src/tokens.ts';

const newKey = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const accepted = (privateKey: KeyObject, until = Infinity) => ({ key: createPublicKey(privateKey), until });
const account = { id: 'user-1', role: 'customer' as const };
const now = new Date('2030-01-02T03:04:05.678Z');

let tokens: Tokens;
let verifier: TokenVerifier;
beforeAll(async () => {
  tokens = await createTokens(newKey());
  verifier = createTokenVerifier({
    jwksUrl: 'http://127.0.0.1/keys',
    log: createLogger({ service: 'users', instance: 'test', level: 'silent' }),
    fetch: () => Promise.resolve(Response.json(tokens.keySet())),
  });
});

describe('a token', () => {
  test('says who, in which role, from whom, for whom and until when', async () => {
    const token = await tokens.issue(account, undefined, now);
    const iat = Math.floor(now.getTime() / 1000);
    expect(decodeJwt(token)).toEqual({
      iss: 'ordermesh',
      aud: 'ordermesh',
      sub: 'user-1',
      role: 'customer',
      iat,
      exp: iat + 3600,
    });
    expect(decodeProtectedHeader(token)).toEqual({
      alg: 'ES256',
      kid: tokens.keySet().keys[0]?.kid,
      typ: 'JWT',
    });
  });

  test('is accepted by whoever has the published keys', async () => {
    const authorization = `Bearer ${await tokens.issue(account)}`;
    await expect(verifier.viewerOf(authorization)).resolves.toEqual({ userId: 'user-1', role: 'customer' });
  });

  test('is refused when it has expired', async () => {
    const authorization = `Bearer ${await tokens.issue(account, 60, new Date(Date.now() - 61_000))}`;
    await expect(verifier.viewerOf(authorization)).rejects.toThrow('the token has expired; log in again');
  });

  test('is refused when another key signed it', async () => {
    const authorization = `Bearer ${await (await createTokens(newKey())).issue(account)}`;
    await expect(verifier.viewerOf(authorization)).rejects.toThrow('the token is not valid; log in again');
  });
});

test('a change of keys logs nobody out: tokens of the key before are accepted while it is published', async () => {
  const [before, after] = [newKey(), newKey()];
  const issuer = { tokens: await createTokens(before) };
  const newVerifier = () =>
    createTokenVerifier({
      jwksUrl: 'http://127.0.0.1/keys',
      log: createLogger({ service: 'users', instance: 'test', level: 'silent' }),
      fetch: () => Promise.resolve(Response.json(issuer.tokens.keySet())),
    });
  const old = `Bearer ${await issuer.tokens.issue(account)}`;

  issuer.tokens = await createTokens(after, [accepted(before), accepted(after)]);
  expect(issuer.tokens.keySet().keys).toHaveLength(2);
  const fresh = `Bearer ${await issuer.tokens.issue(account)}`;
  for (const authorization of [old, fresh])
    await expect(newVerifier().viewerOf(authorization)).resolves.toMatchObject({ userId: 'user-1' });

  issuer.tokens = await createTokens(after);
  await expect(newVerifier().viewerOf(old)).rejects.toThrow('the token is not valid; log in again');
});

test('a key before is published until its time has come, and no start is needed for that', async () => {
  const until = now.getTime();
  const { keySet } = await createTokens(newKey(), [accepted(newKey(), until), accepted(newKey())]);
  expect([until - 1, until].map((time) => keySet(time).keys.length)).toEqual([3, 2]);
});

test('the key set holds the public key alone, under its thumbprint', async () => {
  const key = newKey();
  const { keySet } = await createTokens(key);
  expect(keySet().keys).toEqual([
    {
      kty: 'EC',
      crv: 'P-256',
      x: expect.any(String),
      y: expect.any(String),
      kid: expect.stringMatching(/^[\w-]{43}$/),
      alg: 'ES256',
      use: 'sig',
    },
  ]);
  expect((await createTokens(key)).keySet()).toEqual(keySet());
});
