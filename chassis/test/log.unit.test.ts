import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';

test('an error of a statement is logged with its cause, and without the values of the statement', () => {
  const script = `
    import { createLogger } from '@ordermesh/chassis/log';
    const error = new Error('query failed', { cause: new Error('connection lost') });
    error.parameters = ['someone@example.org'];
    const outer = new Error('sign-up failed', { cause: error });
    const log = createLogger({ service: 'users', instance: 'users-1', level: 'info' });
    log.error({ error }, 'request failed');
    log.error({ error: outer }, 'request failed');`;
  const run = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });
  expect(run.status).toBe(0);
  expect(run.stdout.trim().split('\n')).toHaveLength(2);
  expect(run.stdout).toContain('connection lost');
  expect(run.stdout).not.toContain('someone@example.org');
});
