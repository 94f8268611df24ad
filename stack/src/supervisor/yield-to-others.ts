import { writeFile } from 'node:fs/promises';
import { getPriority, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** Of a processor that others want too it gets a tenth of what each of them gets (weights 110 and 1024). */
const niceness = 10;

/** Linux lets others than root set the niceness of one session in a tenth of a second, and says EAGAIN to the rest. */
const attempts = 50;
const isTooSoon = (error: unknown) => error instanceof Error && 'code' in error && error.code === 'EAGAIN';

/**
 * Gives a process that has just begun, and is the leader of a session, a low priority; threads that it makes inherit it.
 * Where Linux groups processes by session, niceness counts within a group only, and the group has one of its own
 * (sched(7), "The autogroup feature"). A wish: where the system does not grant it, or the process has ended, nothing
 * happens.
 */
export async function yieldToOthers(pid: number): Promise<void> {
  for (let attempt = 1; attempt <= attempts; attempt++) {
    try {
      setPriority(pid, Math.max(niceness, getPriority(pid)));
      return await writeFile(`/proc/${pid}/autogroup`, String(niceness));
    } catch (error) {
      if (!isTooSoon(error)) return;
      await delay(100);
    }
  }
}
