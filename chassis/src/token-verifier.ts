import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet } from 'jose';
import { z } from 'zod';
import { clientError, UnavailableError } from './errors.ts';
import type { Logger } from './log.ts';
import type { Part } from './service.ts';

export const tokenIssuer = 'ordermesh';
export const tokenAudience = 'ordermesh';
export const tokenAlgorithm = 'ES256';

/** Who is asking, as a verified token says. */
export type Viewer = { userId: string; role: 'customer' | 'admin' };

const claims = z.object({
  sub: z.string().min(1).max(64),
  role: z.enum(['customer', 'admin']),
  exp: z.number(),
});
const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

const refreshEveryMs = 600_000;
/** Until the first keys are there nobody can be identified, so they are asked for this often. */
const firstKeysEveryMs = 250;
/** An unknown key id asks for the keys anew, but not more often than this: forged tokens must not flood the issuer. */
const refreshPauseMs = 2_000;
/** Verifying a signature costs 50 µs; this many tokens are remembered until they expire. */
const rememberedTokens = 10_000;

/**
 * Verifies bearer tokens (JWT, RFC 7519) against the issuer's published keys (JWKS, RFC 7517). Keys once fetched stay
 * in use while the issuer cannot be reached, so that its being down locks nobody out.
 */
export function createTokenVerifier(options: { jwksUrl: string; log: Logger; fetch?: typeof fetch }) {
  const { jwksUrl, log, fetch: fetchKeys = fetch } = options;
  /** By the whole header, so that what is known needs no second look. */
  const remembered = new Map<string, { viewer: Viewer; expiresAtMs: number }>();
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  let refreshing: Promise<void> | undefined;
  let refreshedAt = -Infinity;
  let timer: NodeJS.Timeout | undefined;
  let reported = false;
  let stopped = false;

  function refresh(): Promise<void> {
    refreshing ??= load().finally(() => (refreshing = undefined));
    return refreshing;
  }

  async function load(): Promise<void> {
    refreshedAt = Date.now();
    try {
      const response = await fetchKeys(jwksUrl, { signal: AbortSignal.timeout(2_000) });
      if (!response.ok) throw new Error(`the key set answered ${response.status}`);
      const set: JSONWebKeySet = keySet.parse(await response.json());
      keys = createLocalJWKSet(set);
      reported = false;
    } catch (error) {
      if (reported) return;
      reported = true;
      log.warn(
        { error: error instanceof Error ? error.message : error, jwksUrl },
        'the key set is out of reach',
      );
    }
  }

  async function verify(token: string): Promise<{ viewer: Viewer; expiresAtMs: number }> {
    if (!keys) throw new UnavailableError('no keys to verify tokens with yet');
    const { payload } = await jwtVerify(token, keys, {
      issuer: tokenIssuer,
      audience: tokenAudience,
      algorithms: [tokenAlgorithm],
    });
    const { sub, role, exp } = claims.parse(payload);
    return { viewer: { userId: sub, role }, expiresAtMs: exp * 1000 };
  }

  async function verifyWithFreshKeys(token: string): Promise<{ viewer: Viewer; expiresAtMs: number }> {
    if (!keys && Date.now() - refreshedAt > refreshPauseMs) await refresh();
    try {
      return await verify(token);
    } catch (error) {
      const unknownKey = error instanceof errors.JWKSNoMatchingKey;
      if (!unknownKey || Date.now() - refreshedAt < refreshPauseMs) throw error;
      await refresh();
      return verify(token);
    }
  }

  function remember(authorization: string, entry: { viewer: Viewer; expiresAtMs: number }): void {
    const oldest = remembered.size >= rememberedTokens ? remembered.keys().next().value : undefined;
    if (oldest !== undefined) remembered.delete(oldest);
    remembered.set(authorization, entry);
  }

  /**
   * The viewer of an `Authorization` header, or null without one.
   * Throws UNAUTHENTICATED for a token that is not valid, UnavailableError while no key was ever fetched.
   */
  async function viewerOf(authorization: string | undefined): Promise<Viewer | null> {
    if (!authorization) return null;
    const known = remembered.get(authorization);
    if (known && known.expiresAtMs > Date.now()) return known.viewer;
    remembered.delete(authorization);
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (!token) throw clientError('UNAUTHENTICATED', 'the Authorization header must be `Bearer <token>`');
    try {
      const entry = await verifyWithFreshKeys(token);
      remember(authorization, entry);
      return entry.viewer;
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      const expired = error instanceof errors.JWTExpired;
      throw clientError(
        'UNAUTHENTICATED',
        `the token ${expired ? 'has expired' : 'is not valid'}; log in again`,
      );
    }
  }

  async function keepFresh(): Promise<void> {
    await refresh();
    timer = setTimeout(() => void keepFresh(), keys ? refreshEveryMs : firstKeysEveryMs).unref();
    if (stopped) clearTimeout(timer);
  }

  /** Whether there are keys to verify tokens with; asks for them if not. */
  async function isReady(): Promise<boolean> {
    if (!keys) await refresh();
    return keys !== undefined;
  }

  const part: Part = {
    name: 'token verifier',
    start: () => {
      void keepFresh();
      return Promise.resolve();
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
      return Promise.resolve();
    },
  };
  return { ...part, viewerOf, isReady };
}
export type TokenVerifier = ReturnType<typeof createTokenVerifier>;
