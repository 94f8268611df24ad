import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { lock, lockHolder, tryLock } from '../bin/lock.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ordermesh-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('one holder at a time, and none after it was given back', () => {
  const path = join(folder, 'lock');
  const unlock = tryLock(path);
  expect(tryLock(path)).toBeUndefined();
  expect(lockHolder(path)?.pid).toBe(process.pid);
  unlock?.();
  expect(lockHolder(path)).toBeUndefined();
  tryLock(path)?.();
  expect(readdirSync(folder)).toEqual([]);
});

test('the lock of a process that died, or whose number another one has now, is taken over', () => {
  const path = join(folder, 'lock');
  for (const stale of [
    { pid: 4_194_303, startTime: '1' },
    { pid: process.pid, startTime: '1' },
  ]) {
    writeFileSync(path, JSON.stringify(stale));
    const unlock = tryLock(path);
    expect(unlock).toBeDefined();
    unlock?.();
  }
});

test('a lock file cut short by a power failure is taken over', () => {
  const path = join(folder, 'lock');
  writeFileSync(path, '{"pid":');
  expect(tryLock(path)).toBeDefined();
});

test('whoever waits gets the lock when it is given back', async () => {
  const path = join(folder, 'lock');
  const unlock = tryLock(path);
  const waiting = lock(path, () => unlock?.());
  (await waiting)();
  expect(lockHolder(path)).toBeUndefined();
});
