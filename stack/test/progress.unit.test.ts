import { describe, expect, test } from '@jest/globals';
import { explain, Failure } from '../src/failure.ts';
import { createProgress } from '../src/progress.ts';

const output = (isTTY: boolean) => {
  const written: string[] = [];
  return {
    isTTY,
    columns: 80,
    write: (text: string) => void written.push(text),
    text: () => written.join(''),
  };
};

describe('the steps of a start', () => {
  test('are plain lines with their time where there is no terminal', async () => {
    const out = output(false);
    const progress = createProgress(out, {});
    await progress.step('topics', async (report) => report('18 of 18'));
    await progress.step('Kafka', () => Promise.reject(new Error('x'))).catch(() => undefined);
    expect(out.text()).toBe('✓ topics: 18 of 18 0.0 s\n✗ Kafka 0.0 s\n');
  });

  test('are coloured on a terminal unless NO_COLOR is set', async () => {
    const coloured = output(true);
    await createProgress(coloured, {}).step('topics', async () => undefined);
    expect(coloured.text()).toContain('\x1b[32m✓\x1b[0m topics');
    const plain = output(true);
    await createProgress(plain, { NO_COLOR: '1' }).step('topics', async () => undefined);
    expect(plain.text()).not.toContain('\x1b[32m');
  });
});

describe('an error as it is printed', () => {
  test('is one line when it is one that was foreseen', () => {
    expect(explain(new Failure('one\n  two', { exitCode: 2 }))).toEqual({ line: 'one two', exitCode: 2 });
  });

  test.each([
    'write failed: ENOSPC: no space left on device, write',
    'java.io.IOException: No space left on device',
    "[ERROR] mariadbd: Disk is full writing './binlog.000001' (Errcode: 28)",
    '[ERROR] InnoDB: preallocating 100663296 bytes for file ./ib_logfile101 failed with error 28',
  ])('knows that the disk is full by %s', (message) => {
    expect(explain(new Failure(message), '/data').line).toMatch(/^the disk is full/);
  });

  test('names the folder when the disk is full, however deep that is hidden', () => {
    const full = new Error('write failed', { cause: Object.assign(new Error('x'), { code: 'ENOSPC' }) });
    expect(explain(full, '/data').line).toBe('the disk is full: make room for /data and start again');
  });
});
