import { expect, test } from '@jest/globals';
import { v5 } from 'uuid';
import { createNameBasedUuid } from '../src/name-based-uuid.ts';

// Its own namespaces (RFC 9562, section 6.6).
const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

test('a name has the id that the standard gives it', () => {
  // RFC 9562, appendix A.4.
  expect(createNameBasedUuid(dns)('www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

test('of many names the ids are those of the uuid package', () => {
  const idFrom = createNameBasedUuid(dns);
  const names = Array.from({ length: 2_000 }, (_, n) => `OrderPlaced:${n}`);
  for (const name of ['', 'é', '\u{1f600}', ...names]) expect(idFrom(name)).toBe(v5(name, dns));
});
