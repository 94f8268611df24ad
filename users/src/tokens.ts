import { createPublicKey, type KeyObject } from 'node:crypto';
import { sendJson, type Handler } from '@ordermesh/chassis/http-server';
import { tokenAlgorithm, tokenAudience, tokenIssuer } from '@ordermesh/chassis/token-verifier';
import { calculateJwkThumbprint, exportJWK, SignJWT, type JSONWebKeySet } from 'jose';
import type { Account } from './entities.ts';

const hour = 3600;

/** A public key whose tokens are accepted, until when in Unix milliseconds. */
export type AcceptedKey = { key: KeyObject; until: number };

async function publish(publicKey: KeyObject) {
  const jwk = await exportJWK(publicKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: tokenAlgorithm, use: 'sig' };
}

/**
 * Issues bearer tokens (JWT, RFC 7519, ES256) and publishes the keys to verify them with (JWKS, RFC 7517): its own, and
 * the others that are accepted, each until its time has come: nothing need be restarted for that. A key's id is its
 * thumbprint (RFC 7638): a new key has a new id by itself.
 */
export async function createTokens(privateKey: KeyObject, acceptedKeys: AcceptedKey[] = []) {
  const own = await publish(createPublicKey(privateKey));
  const others = await Promise.all(
    acceptedKeys.map(async ({ key, until }) => ({ jwk: await publish(key), until })),
  );
  const { kid } = own;
  const keySet = (now = Date.now()): JSONWebKeySet => ({
    keys: [own, ...others.filter(({ jwk, until }) => jwk.kid !== kid && now < until).map(({ jwk }) => jwk)],
  });

  return {
    keySet,
    /** A token for the account, valid for `seconds` (an hour) from `now`. */
    issue(account: Pick<Account, 'id' | 'role'>, seconds = hour, now = new Date()): Promise<string> {
      const issuedAt = Math.floor(now.getTime() / 1000);
      return new SignJWT({ role: account.role })
        .setProtectedHeader({ alg: tokenAlgorithm, kid, typ: 'JWT' })
        .setIssuer(tokenIssuer)
        .setAudience(tokenAudience)
        .setSubject(account.id)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + seconds)
        .sign(privateKey);
    },
  };
}
export type Tokens = Awaited<ReturnType<typeof createTokens>>;

/** GET /.well-known/jwks.json */
export function serveKeySet(keySet: () => JSONWebKeySet): Handler {
  return (_request, response) => {
    response.setHeader('cache-control', 'public, max-age=300');
    sendJson(response, 200, keySet());
  };
}
