import { timingSafeEqual } from 'node:crypto';
import { createHmacSha256 } from './hmac.ts';

export const signatureHeader = 'x-gateway-signature';

/** How old a signature may be, in milliseconds, and how far a clock may run ahead. */
const maxAgeMs = 60_000;

/** A process signs and verifies with two or three secrets, ever. */
const bySecret = new Map<string, (message: string) => string>();

/** In hexadecimal digits. */
function hmac(secret: string, timestamp: string, authorization: string, body: string): string {
  let sign = bySecret.get(secret);
  if (!sign) bySecret.set(secret, (sign = createHmacSha256(secret)));
  return sign(`${timestamp}.${authorization}.${body}`);
}

/** The header by which a subgraph knows that the gateway sent this request: `t=<unix ms>,v1=<hex HMAC-SHA256>`. */
export function signRequest(secret: string, authorization: string, body: string, now = Date.now()): string {
  return `t=${now},v1=${hmac(secret, String(now), authorization, body)}`;
}

/** Whether the header signs this authorization and body with this secret and is at most a minute old. */
export function verifyRequest(
  secret: string,
  header: string | undefined,
  authorization: string,
  body: string,
  now = Date.now(),
): boolean {
  const [, timestamp, signature] = /^t=(\d{1,15}),v1=([0-9a-f]{64})$/.exec(header ?? '') ?? [];
  if (timestamp === undefined || signature === undefined) return false;
  if (Math.abs(now - Number(timestamp)) > maxAgeMs) return false;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(hmac(secret, timestamp, authorization, body)));
}
