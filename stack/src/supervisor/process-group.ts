import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, processStartTime } from '../../bin/lock.mjs';
import type { ProcessIdentity } from '../../bin/lock.mjs';

/** Every child carries the folder of its stack in this variable, so that survivors of a killed supervisor are found. */
export const ownerVariable = 'ORDERMESH_CHILD_OF';

export const identify = (pid: number): ProcessIdentity => ({ pid, startTime: processStartTime(pid) });

/** Signals a child's whole process group; one that is gone already is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
  }
}

/** Asks processes to end, waits up to `limit` milliseconds, then kills what is left. */
export async function endProcesses(processes: ProcessIdentity[], limit: number): Promise<void> {
  for (const each of processes) if (isAlive(each)) signalGroup(each.pid, 'SIGTERM');
  const end = Date.now() + limit;
  while (processes.some(isAlive) && Date.now() < end) await sleep(50);
  for (const each of processes) if (isAlive(each)) signalGroup(each.pid, 'SIGKILL');
  while (processes.some(isAlive)) await sleep(20);
}

/** The living processes that a stack on this folder started. */
export function findOwned(dataDir: string): ProcessIdentity[] {
  const mark = `${ownerVariable}=${dataDir}`;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const environment = readFileSync(`/proc/${name}/environ`, 'utf8').split('\0');
        return environment.includes(mark) ? [identify(Number(name))] : [];
      } catch {
        return []; // another user's process, or one that ended meanwhile
      }
    });
}
