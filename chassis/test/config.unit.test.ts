import { spawnSync } from 'node:child_process';
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

test('all mistakes are reported together, without a value, and the process ends with code 1', () => {
  const script = `
    import { loadConfig, serviceEnvironment } from '@ordermesh/chassis/config';
    loadConfig(serviceEnvironment);`;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    env: { ...process.env, ...valid, PORT: 'http', GATEWAY_SIGNING_SECRET: 'too-short-secret' },
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(run.status).toBe(1);
  expect(run.stderr).toMatch(/configuration: PORT: /);
  expect(run.stderr).toMatch(/configuration: GATEWAY_SIGNING_SECRET: /);
  expect(run.stderr).not.toContain('too-short-secret');
});
