import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Clock ticks of /proc: 100 a second on every Linux that Node runs on. */
const microsecondsPerTick = 10_000;

export type Measured = { cpuMicroseconds: number; rssBytes: number };
export type Child = {
  pid: number;
  /** CPU time used so far by all its threads, and the memory it holds now. */
  measure: () => Measured;
  stop: () => Promise<void>;
};

/** CPU time that a process has used so far with all its threads, and the memory it holds now. */
export function measure(pid: number): Measured {
  // The command may hold spaces and brackets: the fields are counted from the last one.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return { cpuMicroseconds: (user + system) * microsecondsPerTick, rssBytes: Number(rss) * 1024 };
}

type Start = { env?: NodeJS.ProcessEnv; cwd?: string; isReady: () => Promise<boolean> };

/** The same on one core. */
export const startOnCore = (core: number, command: string[], options: Start): Promise<Child> =>
  startProcess(['taskset', '-c', String(core), ...command], options);

/**
 * Starts a process and waits until `isReady` says so.
 * @throws Error with what it printed when it ends before, or is not ready within a minute.
 */
export async function startProcess(command: string[], options: Start): Promise<Child> {
  const [program = '', ...args] = command;
  // A file, as a supervisor gives it: to read what many requests print would be work for whoever measures them.
  const folder = mkdtempSync(join(tmpdir(), 'ordermesh-bench-log-'));
  const file = join(folder, 'log');
  const log = openSync(file, 'a');
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', log, log],
    // A session of its own, as each process of a stack has: Linux shares processors out among sessions.
    detached: true,
  });
  closeSync(log);
  let ended = false;
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      ended = true;
      resolve();
    };
    child.once('close', end);
    child.once('error', end);
  });
  const stop = async () => {
    child.kill('SIGTERM');
    const killer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(killer);
    const printed = readFileSync(file, 'utf8').slice(-4_000);
    rmSync(folder, { recursive: true, force: true });
    return printed;
  };
  const deadline = Date.now() + 60_000;
  while (!(await options.isReady().catch(() => false))) {
    if (ended || Date.now() > deadline) {
      const how = ended ? 'ended' : 'is not ready after a minute';
      throw new Error(`${command.join(' ')} ${how}: ${await stop()}`);
    }
    await delay(100);
  }
  const pid = child.pid ?? 0;
  return { pid, measure: () => measure(pid), stop: async () => void (await stop()) };
}
