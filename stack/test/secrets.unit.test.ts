import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { acceptedPublicKeys, loadSecrets, readSecrets, withNewKeys, writeSecrets } from '../src/secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordermesh-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const hour = 3_600_000;
const keysIn = (pems: string) => pems.match(/BEGIN PUBLIC KEY/g)?.length ?? 0;

test('new keys leave the old ones valid until the last token that they signed has expired', () => {
  const path = join(folder, 'secrets.json');
  const first = loadSecrets(path);
  expect(acceptedPublicKeys(first)).toBe('');
  const changed = new Date('2030-01-01T00:00:00Z');
  const again = new Date(changed.getTime() + 11 * hour);
  const second = withNewKeys(first, changed);
  const third = withNewKeys(second, again);
  writeSecrets(path, third);

  expect(new Set([first, second, third].map(({ jwtPrivateKey }) => jwtPrivateKey)).size).toBe(3);
  expect(third.retired?.gatewaySigningSecret).toBe(second.gatewaySigningSecret);
  expect(readSecrets(path)).toEqual(third);
  expect(loadSecrets(path).databases).toEqual(first.databases);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const accepted = [0, 1.5, 12.5].map((hours) =>
    keysIn(acceptedPublicKeys(third, again.getTime() + hours * hour)),
  );
  expect(accepted).toEqual([2, 1, 0]);
  expect(withNewKeys(third, new Date(again.getTime() + 13 * hour)).retired?.jwtPublicKeys).toHaveLength(1);
});
