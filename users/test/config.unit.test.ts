import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { environment } from '../src/config.ts';

function pemOf(namedCurve: string): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

const complete = {
  SERVICE_INSTANCE: 'users',
  PORT: '4001',
  KAFKA_BROKERS: '127.0.0.1:9092',
  DATABASE_HOST: '127.0.0.1',
  DATABASE_PORT: '3307',
  DATABASE_NAME: 'users',
  DATABASE_USER: 'users',
  DATABASE_PASSWORD: 'secret',
  JWKS_URL: 'http://127.0.0.1:4001/.well-known/jwks.json',
  GATEWAY_SIGNING_SECRET: 'x'.repeat(32),
  JWT_PRIVATE_KEY: pemOf('P-256'),
};

test('the signing key is read from PEM, its line breaks written out or not', () => {
  expect(environment.parse(complete).JWT_PRIVATE_KEY.type).toBe('private');
  const oneLine = complete.JWT_PRIVATE_KEY.replaceAll('\n', '\\n');
  expect(environment.parse({ ...complete, JWT_PRIVATE_KEY: oneLine }).JWT_PRIVATE_KEY.type).toBe('private');
});

test('public keys that are accepted beside it are read one after the other; none by default', () => {
  const pems = [1, 2].map(() => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    return publicKey.export({ type: 'spki', format: 'pem' }).toString();
  });
  const read = (JWT_ACCEPTED_PUBLIC_KEYS?: string) =>
    environment.parse({ ...complete, JWT_ACCEPTED_PUBLIC_KEYS }).JWT_ACCEPTED_PUBLIC_KEYS;
  expect(read()).toEqual([]);
  expect(read('\n')).toEqual([]);
  expect(read(pems.join('\n')).map(({ key }) => key.export({ type: 'spki', format: 'pem' }))).toEqual(pems);
  expect(read(pems.join('').replaceAll('\n', '\\n'))).toHaveLength(2);
  const dated = `until: 2030-01-01T00:00:00.000Z\n${pems[0]}${pems[1]}`;
  expect(read(dated).map(({ until }) => until)).toEqual([Date.UTC(2030, 0), Infinity]);
  const wrong = `until: tomorrow\n${pems[0]}`;
  expect(environment.safeParse({ ...complete, JWT_ACCEPTED_PUBLIC_KEYS: wrong }).success).toBe(false);
  expect(environment.safeParse({ ...complete, JWT_ACCEPTED_PUBLIC_KEYS: `${pems[0]}x` }).success).toBe(false);
});

test.each([
  ['no PEM', 'secret'],
  ['on another curve', pemOf('P-384')],
])('a signing key that is %s is refused, beside every other mistake and without the value', (_what, pem) => {
  const parsed = environment.safeParse({ ...complete, PORT: '0', JWT_PRIVATE_KEY: pem });
  expect(parsed.error?.issues.map((issue) => issue.path[0])).toEqual(['PORT', 'JWT_PRIVATE_KEY']);
  expect(JSON.stringify(parsed.error?.issues)).not.toContain(pem);
});
