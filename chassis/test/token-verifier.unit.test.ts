import { beforeAll, describe, expect, test } from '@jest/globals';
import { createTokenVerifier } from '@ordermesh/chassis/token-verifier';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';
import pino from 'pino';

const log = pino({ level: 'silent' });
type Signer = { jwk: JWK; sign(changes?: Partial<Claims>): Promise<string> };
type Claims = { iss: string; aud: string; sub: string; role: string; expiresAt: string | number };

async function createSigner(kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256' };
  return {
    jwk,
    sign: ({ iss = 'ordermesh', aud = 'ordermesh', sub = 'u1', role = 'customer', expiresAt = '1h' } = {}) =>
      new SignJWT({ role })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(iss)
        .setAudience(aud)
        .setSubject(sub)
        .setExpirationTime(expiresAt)
        .sign(privateKey),
  };
}

/** A key set that can be changed and taken away. */
function createIssuer(...signers: Signer[]) {
  const issuer = { keys: signers.map((signer) => signer.jwk), reachable: true, fetched: 0 };
  const fetchKeys = () => {
    issuer.fetched++;
    if (!issuer.reachable) return Promise.reject(new Error('connect ECONNREFUSED'));
    return Promise.resolve(Response.json({ keys: issuer.keys }));
  };
  return { issuer, verifier: createTokenVerifier({ jwksUrl: 'http://issuer', log, fetch: fetchKeys }) };
}

let signer: Signer;
beforeAll(async () => {
  signer = await createSigner('one');
});

describe('a token', () => {
  test('names its viewer', async () => {
    const { verifier } = createIssuer(signer);
    const token = await signer.sign({ sub: 'u7', role: 'admin' });
    expect(await verifier.viewerOf(`Bearer ${token}`)).toEqual({ userId: 'u7', role: 'admin' });
  });

  test('that is missing means that nobody is asking', async () => {
    expect(await createIssuer(signer).verifier.viewerOf(undefined)).toBeNull();
  });

  test.each<[string, Partial<Claims>]>([
    ['expired', { expiresAt: 1 }],
    ['from another issuer', { iss: 'someone' }],
    ['for another audience', { aud: 'someone' }],
    ['with an unknown role', { role: 'root' }],
    ['without a subject', { sub: '' }],
  ])('%s is refused', async (_what, changes) => {
    const { verifier } = createIssuer(signer);
    const token = await signer.sign(changes);
    await expect(verifier.viewerOf(`Bearer ${token}`)).rejects.toMatchObject({
      extensions: { code: 'UNAUTHENTICATED' },
    });
  });

  test('with a changed payload is refused, though the true one is remembered', async () => {
    const { verifier } = createIssuer(signer);
    const token = await signer.sign();
    await verifier.viewerOf(`Bearer ${token}`);
    const [head, , tail] = token.split('.');
    const payload = Buffer.from(JSON.stringify({ sub: 'u2', role: 'admin', exp: 4e9 })).toString('base64url');
    await expect(verifier.viewerOf(`Bearer ${head}.${payload}.${tail}`)).rejects.toThrow(
      'the token is not valid',
    );
  });

  test.each(['Basic abc', 'Bearer', 'Bearer a.b', 'Bearer a b c'])(
    'in the form %j is refused',
    async (header) => {
      await expect(createIssuer(signer).verifier.viewerOf(header)).rejects.toThrow(
        'must be `Bearer <token>`',
      );
    },
  );
});

describe('while the issuer is out of reach', () => {
  test('tokens of known keys are still verified', async () => {
    const { issuer, verifier } = createIssuer(signer);
    await verifier.viewerOf(`Bearer ${await signer.sign()}`);
    issuer.reachable = false;
    expect(await verifier.viewerOf(`Bearer ${await signer.sign({ sub: 'u9' })}`)).toMatchObject({
      userId: 'u9',
    });
  });

  test('and no key was ever fetched, the caller is told to try again, not that the token is bad', async () => {
    const { issuer, verifier } = createIssuer(signer);
    issuer.reachable = false;
    const token = await signer.sign();
    await expect(verifier.viewerOf(`Bearer ${token}`)).rejects.toThrow('no keys to verify tokens with yet');
  });
});

test('a verifier is ready once it has keys, which it asks for when it is asked', async () => {
  const { issuer, verifier } = createIssuer(signer);
  issuer.reachable = false;
  expect(await verifier.isReady()).toBe(false);
  issuer.reachable = true;
  expect(await verifier.isReady()).toBe(true);
  expect(await verifier.viewerOf(`Bearer ${await signer.sign()}`)).toMatchObject({ userId: 'u1' });
});

test('a flood of tokens with unknown keys does not flood the issuer', async () => {
  const { issuer, verifier } = createIssuer(signer);
  await verifier.viewerOf(`Bearer ${await signer.sign()}`);
  const forger = await createSigner('forged');
  const forged = await forger.sign();
  await Promise.allSettled(Array.from({ length: 50 }, () => verifier.viewerOf(`Bearer ${forged}`)));
  expect(issuer.fetched).toBe(1);
});
