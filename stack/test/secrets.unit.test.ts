import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { acceptedGatewaySecrets, acceptedPublicKeys, putToUse, withNewKeys } from '../src/keys.ts';
import { loadSecrets, readSecrets, writeSecrets } from '../src/secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'ordermesh-secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'secrets.json');

const hour = 3_600_000;
const changed = Date.UTC(2030, 0);
const keysIn = (pems: string) => pems.match(/BEGIN PUBLIC KEY/g)?.length ?? 0;
const first = loadSecrets(path);

test('new keys leave everything else as it is', () => {
  expect(acceptedPublicKeys(first)).toBe('');
  expect(acceptedGatewaySecrets(first)).toBe('');
  const second = withNewKeys(first);
  writeSecrets(path, second);
  expect(second.jwtPrivateKey).not.toBe(first.jwtPrivateKey);
  expect(second.gatewaySigningSecret).not.toBe(first.gatewaySigningSecret);
  expect(readSecrets(path)).toEqual(second);
  expect(loadSecrets(path).databases).toEqual(first.databases);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a former key is accepted until the last token has expired that it can have signed before the start that put it out of use', () => {
  const second = withNewKeys(first, { now: changed });
  expect(keysIn(acceptedPublicKeys(second, changed + 1000 * hour))).toBe(1);
  expect(acceptedPublicKeys(second)).not.toContain('until');
  const started = changed + 20 * hour;
  const inUse = putToUse(second, new Date(started));
  expect(acceptedPublicKeys(inUse, started)).toMatch(/^until: 2030-01-02T08:00:00.000Z\n-----BEGIN/);
  const startedAgain = putToUse(inUse, new Date(started + 5 * hour));
  expect(startedAgain).toEqual(inUse);
  const accepted = [11, 13].map((hours) => keysIn(acceptedPublicKeys(inUse, started + hours * hour)));
  expect(accepted).toEqual([1, 0]);
  expect(withNewKeys(inUse, { now: started + 13 * hour }).retired?.jwtPublicKeys).toHaveLength(1);
});

test('a second change before the gateway has restarted does not lock it out', () => {
  const outOfUse = new Date(changed + 12 * hour);
  const second = withNewKeys(first, { outOfUse, now: changed });
  const third = withNewKeys(second, { outOfUse, now: changed });
  expect(acceptedGatewaySecrets(third, changed).split(',')).toEqual([
    first.gatewaySigningSecret,
    second.gatewaySigningSecret,
  ]);
  expect(acceptedGatewaySecrets(third, changed + 25 * hour)).toBe('');
});

test('of a key that was stolen nothing is accepted any more', () => {
  const dropped = withNewKeys(withNewKeys(first), { dropFormer: true });
  expect(acceptedPublicKeys(dropped) + acceptedGatewaySecrets(dropped)).toBe('');
  expect(dropped.jwtPrivateKey).not.toBe(first.jwtPrivateKey);
});
