import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Secrets } from './secrets.ts';

/** What a change of keys has put out of use; `at` is when, unknown until something was started with the keys after it. */
const at = z.iso.datetime().optional();
export const retiredKeys = z.object({
  gatewaySigningSecrets: z.array(z.object({ secret: z.string(), at })).default([]),
  jwtPublicKeys: z.array(z.object({ pem: z.string(), at })).default([]),
});

/** PKCS8 PEM of an ES256 key that signs the tokens, and the secret by which subgraphs know the gateway. */
export function newKeys(): Pick<Secrets, 'gatewaySigningSecret' | 'jwtPrivateKey'> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    gatewaySigningSecret: randomBytes(32).toString('base64url'),
    jwtPrivateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

/** The longest that a token is valid: those of the demo accounts. */
const tokenLifetimeMs = 12 * 3_600_000;

const expiryOf = (key: { at?: string | undefined }) =>
  key.at === undefined ? Infinity : Date.parse(key.at) + tokenLifetimeMs;
const valid = <T extends { at?: string | undefined }>(keys: T[] | undefined, now: number) =>
  (keys ?? []).filter((key) => expiryOf(key) > now);

/** Public keys (PEM, one after the other) that verify tokens which were signed before a change of keys, and until when. */
export const acceptedPublicKeys = ({ retired }: Secrets, now = Date.now()): string =>
  valid(retired?.jwtPublicKeys, now)
    .map(
      (key) => `${key.at === undefined ? '' : `until: ${new Date(expiryOf(key)).toISOString()}\n`}${key.pem}`,
    )
    .join('');

/** Comma-separated, the secrets with which a gateway may still sign that has not been started since. */
export const acceptedGatewaySecrets = ({ retired }: Secrets, now = Date.now()): string =>
  valid(retired?.gatewaySigningSecrets, now)
    .map(({ secret }) => secret)
    .join(',');

/**
 * The same secrets with new keys; what they replace is kept among the retired, unless it was stolen. `outOfUse` is when the
 * replaced ones sign no more, if that is not for the next start to say.
 */
export function withNewKeys(
  secrets: Secrets,
  {
    dropFormer = false,
    outOfUse,
    now = Date.now(),
  }: { dropFormer?: boolean; outOfUse?: Date; now?: number } = {},
): Secrets {
  const { retired, ...kept } = secrets;
  if (dropFormer) return { ...kept, ...newKeys() };
  const pem = createPublicKey(secrets.jwtPrivateKey).export({ type: 'spki', format: 'pem' }).toString();
  const date = { ...(outOfUse && { at: outOfUse.toISOString() }) };
  return {
    ...kept,
    ...newKeys(),
    retired: {
      gatewaySigningSecrets: [
        ...valid(retired?.gatewaySigningSecrets, now),
        { secret: secrets.gatewaySigningSecret, ...date },
      ],
      jwtPublicKeys: [...valid(retired?.jwtPublicKeys, now), { pem, ...date }],
    },
  };
}

/** The same secrets at a start that puts the present keys to use, and so the others out of it. */
export function putToUse(secrets: Secrets, now = new Date()): Secrets {
  const { retired } = secrets;
  if (!retired) return secrets;
  const date = <T extends { at?: string | undefined }>(keys: T[]) =>
    keys.map((key) => ({ ...key, at: key.at ?? now.toISOString() }));
  return {
    ...secrets,
    retired: {
      gatewaySigningSecrets: date(retired.gatewaySigningSecrets),
      jwtPublicKeys: date(retired.jwtPublicKeys),
    },
  };
}
