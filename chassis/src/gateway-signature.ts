import { createHmac, timingSafeEqual } from 'node:crypto';

export const signatureHeader = 'x-gateway-signature';

/** How old a signature may be, in milliseconds, and how far a clock may run ahead. */
const maxAgeMs = 60_000;

function hmac(secret: string, timestamp: string, authorization: string, body: string): Buffer {
  return createHmac('sha256', secret).update(`${timestamp}.${authorization}.${body}`).digest();
}

/** The header by which a subgraph knows that the gateway sent this request: `t=<unix ms>,v1=<hex HMAC-SHA256>`. */
export function signRequest(secret: string, authorization: string, body: string, now = Date.now()): string {
  return `t=${now},v1=${hmac(secret, String(now), authorization, body).toString('hex')}`;
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
  return timingSafeEqual(Buffer.from(signature, 'hex'), hmac(secret, timestamp, authorization, body));
}
