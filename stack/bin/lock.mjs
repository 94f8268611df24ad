// A lock that is a small file naming the process that holds it. It needs nothing but Node 20, because run.mjs takes
// one before anything is installed. A holder that died (kill -9, power cut) leaves a file that the next one takes over:
// pid and start time together tell a living holder from a recycled pid.
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Start time of a process in clock ticks since boot (field 22 of /proc/PID/stat), or undefined when there is none. */
export function processStartTime(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold spaces and parentheses itself: count fields behind the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export const isAlive = ({ pid, startTime }) => startTime !== undefined && processStartTime(pid) === startTime;

/** The living process that holds the lock, or undefined. */
export function lockHolder(path) {
  try {
    const holder = JSON.parse(readFileSync(path, 'utf8'));
    return isAlive(holder) ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** Takes the lock and returns the function that gives it back; returns undefined while another process holds it. */
export function tryLock(path) {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify({ pid: process.pid, startTime: processStartTime(process.pid) }));
  try {
    // link() is atomic and carries the content along, so that nobody ever reads a lock half written.
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        linkSync(mine, path);
        return () => rmSync(path, { force: true });
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      if (lockHolder(path)) return undefined;
      removeStale(path);
    }
    return undefined;
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Moved aside before it is judged, so that of two processes that found it stale one cannot remove the other's new lock. */
function removeStale(path) {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
    if (lockHolder(aside)) linkSync(aside, path);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'EEXIST') throw error;
  }
  rmSync(aside, { force: true });
}

/** Waits until the lock is free, calling `onWait` with the holder once a second. */
export async function lock(path, onWait = () => {}) {
  for (;;) {
    const unlock = tryLock(path);
    if (unlock) return unlock;
    const holder = lockHolder(path);
    if (holder) onWait(holder);
    await new Promise((resolve) => setTimeout(resolve, holder ? 1000 : 20));
  }
}
