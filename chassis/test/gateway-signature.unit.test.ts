import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { signRequest, verifyRequest } from '@ordermesh/chassis/gateway-signature';

const secret = 'a'.repeat(32);
const now = 1_800_000_000_000;

test.each([
  ['short', 'a secret of thirty-two characters'],
  ['as long as a block', 'b'.repeat(64)],
  ['longer than a block', 'c'.repeat(65)],
  ['not ASCII', 'Schlüssel '.repeat(4)],
])('a signature is HMAC-SHA256, whether the secret is %s', (_what, key) => {
  for (const body of ['', '{"query":"{ me }"}', 'é 漢字 😀', 'x'.repeat(10_000)]) {
    const expected = createHmac('sha256', key).update(`${now}.Bearer x.${body}`).digest('hex');
    expect(signRequest(key, 'Bearer x', body, now)).toBe(`t=${now},v1=${expected}`);
  }
});

describe('a gateway signature', () => {
  const header = signRequest(secret, 'Bearer x', '{"query":"{ me }"}', now);

  test('is accepted with the body, authorization and secret that it was made for', () => {
    expect(verifyRequest(secret, header, 'Bearer x', '{"query":"{ me }"}', now + 59_000)).toBe(true);
  });

  test.each([
    ['another body', secret, 'Bearer x', '{"query":"{ you }"}', now],
    ['another authorization', secret, 'Bearer y', '{"query":"{ me }"}', now],
    ['no authorization', secret, '', '{"query":"{ me }"}', now],
    ['another secret', 'b'.repeat(32), 'Bearer x', '{"query":"{ me }"}', now],
    ['an age of more than a minute', secret, 'Bearer x', '{"query":"{ me }"}', now + 60_001],
    ['a time far in the future', secret, 'Bearer x', '{"query":"{ me }"}', now - 60_001],
  ])('is refused with %s', (_what, key, authorization, body, at) => {
    expect(verifyRequest(key, header, authorization, body, at)).toBe(false);
  });

  test.each([undefined, '', 't=1', 'v1=ab', `t=${now},v1=zz`, `${header},v1=00`, header.toUpperCase()])(
    'is refused when malformed: %s',
    (malformed) => {
      expect(verifyRequest(secret, malformed, 'Bearer x', '{"query":"{ me }"}', now)).toBe(false);
    },
  );
});
