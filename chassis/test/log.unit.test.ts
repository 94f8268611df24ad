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

test('lines are written in order, whatever ends the process', () => {
  const script = (end: string) => `
    import { createLogger } from '@ordermesh/chassis/log';
    const log = createLogger({ service: 'users', instance: 'users-1', level: 'info' });
    for (let line = 1; line <= 1000; line++) log.info({ line }, 'said');
    ${end}`;
  for (const end of ['process.exit(0)', 'throw new Error("on purpose")', 'await 0']) {
    const run = spawnSync(process.execPath, ['--input-type=module', '--eval', script(end)], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    });
    const lines = [...run.stdout.matchAll(/"line":(\d+)/g)].map(([, line]) => Number(line));
    expect(lines).toEqual(Array.from({ length: 1000 }, (_, index) => index + 1));
  }
});
