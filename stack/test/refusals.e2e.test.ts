import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { findOnPath } from '../src/installer/tools.ts';
import { layout } from '../src/paths.ts';
import { findFreeOffset, portsFor } from '../src/ports.ts';
import { launchStack, runningStack, waitFor } from '../src/testing.ts';

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'ordermesh-refusals-'));
});
afterEach(() => rmSync(work, { recursive: true }));

/** Runs a start that must fail, and gives its exit code and the last line that it printed. */
async function refusal(dir: string, args: string[], env: NodeJS.ProcessEnv = {}) {
  const stack = launchStack(dir, args, { env });
  const code = await stack.exited;
  expect(stack.processes()).toEqual([]);
  return { code, line: stack.output().trimEnd().split('\n').at(-1) };
}

/** A PATH that leads to nothing but the named programs of this machine. */
function pathWith(...programs: string[]): string {
  const folder = join(work, 'bin');
  mkdirSync(folder);
  for (const name of programs) symlinkSync(findOnPath(name) ?? name, join(folder, name));
  return folder;
}

describe('npm start refuses, in one line and with nothing left running,', () => {
  test('a port that is taken: which, what for, by whom, and what to do', async () => {
    const offset = await findFreeOffset(1);
    const { kafka } = portsFor(offset, 1);
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(kafka, '127.0.0.1', resolve));
    const { code, line } = await refusal(join(work, 'data'), ['--offset', String(offset)]);
    await new Promise((resolve) => server.close(resolve));
    expect(line).toMatch(
      new RegExp(
        `^port ${kafka} \\(kafka\\) is taken by .* \\(pid ${process.pid}\\): free it, or move every port with --offset N$`,
      ),
    );
    expect(code).toBe(1);
  });

  test('a folder that a stack already runs on', async () => {
    const { dir, supervisor } = runningStack();
    for (const [args, more] of [
      [[], ''],
      [['--fresh'], ' before --fresh'],
    ] as const) {
      const stack = launchStack(dir, [...args]);
      expect(await stack.exited).toBe(1);
      const line = `ordermesh already runs on ${dir} (pid ${supervisor.pid}): stop it${more}, or use --data DIR and --offset N`;
      expect(stack.output()).toBe(`${line}\n`);
    }
    expect(runningStack().supervisor).toEqual(supervisor);
  });

  test('a machine without Java', async () => {
    const env = { PATH: pathWith('mvn'), JAVA_HOME: '' };
    expect(await refusal(join(work, 'data'), ['--offset', String(await findFreeOffset(1))], env)).toEqual({
      code: 1,
      line: 'no Java found: install a JDK 17 or later (Debian, Ubuntu: apt install default-jdk-headless)',
    });
  });

  test('a machine without Maven', async () => {
    const env = { PATH: pathWith('java') };
    expect(await refusal(join(work, 'data'), ['--offset', String(await findFreeOffset(1))], env)).toEqual({
      code: 1,
      line: 'no Maven found: install Maven 3.6 or later so that mvn is on the PATH (Debian, Ubuntu: apt install maven)',
    });
  });

  test('a Java that is too old, and a runtime without a compiler', async () => {
    const home = join(work, 'jdk');
    mkdirSync(join(home, 'bin'), { recursive: true });
    const java = (version: string) =>
      writeFileSync(
        join(home, 'bin/java'),
        `#!/bin/sh\necho "    java.specification.version = ${version}" >&2\necho "    java.home = ${home}" >&2\n`,
        { mode: 0o755 },
      );
    const offset = String(await findFreeOffset(1));
    const lineWith = async (version: string) => {
      java(version);
      return (await refusal(join(work, 'data'), ['--offset', offset], { JAVA_HOME: home })).line;
    };
    expect(await lineWith('11')).toBe(
      `${home}/bin/java is Java 11: install a JDK 17 or later, or set JAVA_HOME to one`,
    );
    expect(await lineWith('21')).toBe(
      `${home} is a Java runtime without a compiler: install a JDK 17 or later (Debian, Ubuntu: apt install default-jdk-headless)`,
    );
  });

  test('to empty a folder that is not a stack’s', async () => {
    const precious = join(work, 'precious');
    mkdirSync(precious);
    writeFileSync(join(precious, 'thesis.txt'), 'words');
    const { code, line } = await refusal(precious, ['--fresh', '--offset', String(await findFreeOffset(1))]);
    expect([code, line]).toEqual([
      1,
      `${precious} does not look like the data of a stack (it has no secrets.json): not deleting it`,
    ]);
    expect(readdirSync(precious)).toEqual(['thesis.txt']);
  });

  test('an option that it does not know, with exit code 2', async () => {
    expect(await refusal(join(work, 'data'), ['--order', '2'])).toEqual({
      code: 2,
      line: "Unknown option '--order' (see --help)",
    });
  });
});

const canMount = process.getuid?.() === 0 && tryMount();
function tryMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'ordermesh-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', [folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A small disk of its own needs root. */
const onSmallDisk = canMount ? describe : describe.skip;

onSmallDisk('a full disk', () => {
  const mount = (megabytes: number) => {
    const disk = join(work, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', disk]);
    return disk;
  };
  afterEach(() => void execFileSync('umount', ['-l', join(work, 'disk')]));

  test('is seen before anything starts', async () => {
    const disk = mount(64);
    const { code, line } = await refusal(join(disk, 'data'), ['--offset', String(await findFreeOffset(1))]);
    expect(line).toMatch(/^the disk is nearly full: \d+ MB free for .*disk\/data, the stack needs 1000 MB$/);
    expect(code).toBe(1);
  });

  test('that fills up while things start ends the start with one line that says so', async () => {
    const data = join(mount(1100), 'data');
    const stack = launchStack(data, ['--infra', '--offset', String(await findFreeOffset(1))]);
    await waitFor(() => stack.file(), { what: 'the stack to begin' });
    execFileSync('sh', ['-c', 'cat /dev/zero > "$0" 2>/dev/null || true', join(dirname(data), 'ballast')]);
    expect(await stack.exited).toBe(1);
    const lines = stack.output().trimEnd().split('\n');
    expect(lines.filter((line) => !/^(✓|✗| {2}…)/.test(line)).at(-1)).toMatch(/the disk is full/);
    expect(stack.processes()).toEqual([]);
    expect(layout(data).dir).toBe(data);
  });
});
