import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { kafkaEnvironment, loadConfig, serviceEnvironment } from '@ordermesh/chassis/config';

const valid = {
  SERVICE_INSTANCE: 'orders-1',
  PORT: '4003',
  JWKS_URL: 'http://127.0.0.1:4001/.well-known/jwks.json',
  GATEWAY_SIGNING_SECRET: 's'.repeat(32),
};

test('a valid environment becomes typed configuration, with defaults', () => {
  const config = loadConfig(serviceEnvironment.extend(kafkaEnvironment.shape), {
    ...valid,
    KAFKA_BROKERS: 'a:1, b:2',
  });
  expect(config).toMatchObject({ PORT: 4003, LOG_LEVEL: 'info', KAFKA_BROKERS: ['a:1', 'b:2'] });
});

/** Loads a configuration in a process of its own, which a mistake ends. */
function load(environment: NodeJS.ProcessEnv) {
  const script = `
    import { loadConfig, serviceEnvironment } from '@ordermesh/chassis/config';
    loadConfig(serviceEnvironment);`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, ...valid, ...environment },
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
}

test('without a name of its own an instance has that of its host', () => {
  const unnamed = { ...valid, SERVICE_INSTANCE: undefined };
  expect(loadConfig(serviceEnvironment, unnamed).SERVICE_INSTANCE).toBe(hostname());
});

test('a variable may come from a file, whose last line break does not count', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ordermesh-config-'));
  try {
    const file = join(folder, 'secret');
    writeFileSync(file, `${'f'.repeat(40)}\n`);
    const given = { ...valid, GATEWAY_SIGNING_SECRET: undefined, GATEWAY_SIGNING_SECRET_FILE: file };
    const config = loadConfig(serviceEnvironment, given);
    expect(config.GATEWAY_SIGNING_SECRET).toBe('f'.repeat(40));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a file that cannot be read, or a value given twice, is a mistake like any other', () => {
  const missing = load({
    GATEWAY_SIGNING_SECRET: '',
    GATEWAY_SIGNING_SECRET_FILE: '/no/such/file',
    PORT: 'x',
  });
  expect(missing.status).toBe(1);
  expect(missing.stderr).toMatch(
    /^configuration: GATEWAY_SIGNING_SECRET: ENOENT.*\nconfiguration: PORT: .*\n$/,
  );

  const twice = load({ GATEWAY_SIGNING_SECRET_FILE: '/no/such/file' });
  expect(twice.status).toBe(1);
  expect(twice.stderr).toBe(
    'configuration: GATEWAY_SIGNING_SECRET: given twice, as GATEWAY_SIGNING_SECRET and as GATEWAY_SIGNING_SECRET_FILE\n',
  );
});

test('all mistakes are reported together, without a value, and the process ends with code 1', () => {
  const run = load({ PORT: 'http', GATEWAY_SIGNING_SECRET: 'too-short-secret' });
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/configuration: PORT: /);
  expect(run.stderr).toMatch(/configuration: GATEWAY_SIGNING_SECRET: /);
  expect(run.stderr).not.toContain('too-short-secret');
});
