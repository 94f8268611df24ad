import { createPrivateKey, sign } from 'node:crypto';
import { tokenAudience, tokenIssuer } from '@ordermesh/chassis/token-verifier';
import { made } from './world.ts';

/** The example key of RFC 7515, appendix A.3: known to everybody, so it proves nothing outside of tests. */
export const publicKey = {
  kty: 'EC',
  crv: 'P-256',
  x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
  y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  kid: 'the-thumbprint-of-the-key',
};
const privateKey = createPrivateKey({
  key: { ...publicKey, d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI' },
  format: 'jwk',
});

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as users issues them (RFC 7519), of a customer. */
export function tokenSignedWithKey(): string {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const claims = { iss: tokenIssuer, aud: tokenAudience, sub: made.userId, role: 'customer', exp };
  const signed = `${part({ alg: 'ES256', kid: publicKey.kid })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}
