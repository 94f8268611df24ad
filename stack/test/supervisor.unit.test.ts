import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import { isAlive } from '../bin/lock.mjs';
import { createBackOff } from '../src/supervisor/back-off.ts';
import { explainLog } from '../src/supervisor/explain-log.ts';
import { endProcesses, findOwned, identify, ownerVariable } from '../src/supervisor/process-group.ts';
import { yieldToOthers } from '../src/supervisor/yield-to-others.ts';

describe('the back-off of a child that keeps dying', () => {
  test('doubles from one second to half a minute', () => {
    const backOff = createBackOff();
    expect(Array.from({ length: 7 }, () => backOff.next(100))).toEqual([
      1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
  });

  test('begins anew once the child has stayed up', () => {
    const backOff = createBackOff();
    for (let death = 0; death < 5; death++) backOff.next(100);
    expect(backOff.next(60_000)).toBe(1000);
  });
});

describe('the line of a log that explains a death', () => {
  test.each([
    [
      'a full disk before anything else',
      'ERROR one\nwrite failed: No space left on device\nFATAL two\nbye',
      'write failed: No space left on device',
    ],
    [
      'the last cause of a Java stack trace',
      'ERROR Exiting Kafka\njava.lang.RuntimeException: x\n\tat a.b(C.java:1)\nCaused by: java.net.BindException: Address already in use\n\t... 5 more',
      'Caused by: java.net.BindException: Address already in use',
    ],
    [
      'the message of a fatal JSON line, with its error',
      '{"level":30,"msg":"hello"}\n{"level":60,"msg":"cannot start","err":{"message":"KAFKA_BROKERS is missing"}}\n{"level":30,"msg":"bye"}',
      'cannot start: KAFKA_BROKERS is missing',
    ],
    [
      'the error of an uncaught exception, not its source line or stack',
      "file:///x.ts:1\nthrow new Error('x')\n      ^\n\nError: no such thing\n    at file:///x.ts:1:7\n\nNode.js v24.21.0",
      'Error: no such thing',
    ],
    [
      'what MariaDB said before it aborted',
      "2026-01-01 [ERROR] Can't start server: Bind on TCP/IP port\n2026-01-01 [ERROR] Aborting",
      "2026-01-01 [ERROR] Can't start server: Bind on TCP/IP port",
    ],
    ['the last line when nothing looks like an error', 'one\ntwo\n\n', 'two'],
    ['nothing of an empty log', '', undefined],
  ])('is %s', (_what, log, line) => {
    expect(explainLog(log)).toBe(line);
  });
});

describe('processes that a stack has started', () => {
  test('are found by the folder in their environment, and ended', async () => {
    const dir = `/nowhere/${process.pid}`;
    const child = spawn('sleep', ['60'], {
      env: { PATH: process.env['PATH'], [ownerVariable]: dir },
      detached: true,
    });
    await new Promise((resolve) => child.once('spawn', resolve));
    const owned = findOwned(dir);
    expect(owned).toEqual([identify(child.pid ?? 0)]);
    await endProcesses(owned, 5000);
    expect(findOwned(dir)).toEqual([]);
  });

  test('are told from others that got the same number by their start time', () => {
    const self = identify(process.pid);
    expect(isAlive(self)).toBe(true);
    expect(isAlive({ ...self, startTime: '1' })).toBe(false);
    expect(isAlive({ pid: process.pid, startTime: undefined })).toBe(false);
  });
});

describe('a process in the background', () => {
  test('yields with its whole session, also where Linux groups processes by session', async () => {
    const child = spawn('sleep', ['60'], { detached: true });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const pid = child.pid ?? 0;
    await yieldToOthers(pid);
    const group = `/proc/${pid}/autogroup`;
    expect(getPriority(pid)).toBe(Math.max(10, getPriority()));
    if (existsSync(group)) expect(readFileSync(group, 'utf8')).toMatch(/ nice 10$/m);
    child.kill();
    await ended;
    await expect(yieldToOthers(pid)).resolves.toBeUndefined();
  });
});
