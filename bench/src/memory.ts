import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Bytes that a process holds, pages that it shares with others divided among them (PSS): the sum of all processes is
 * what they hold together.
 */
export function memoryOf(pid: number): number {
  const kilobytes = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** Bytes in use on the heap of a Java process (no other survives the question) after a full collection; undefined where jcmd is missing. */
export function javaHeapAfterCollection(pid: number): number | undefined {
  const tell = (command: string) =>
    execFileSync('jcmd', [String(pid), command], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    tell('GC.run');
    // Of each generation: "total 61824K, used 37093K".
    const used = [...tell('GC.heap_info').matchAll(/generation\s+total \d+K, used (\d+)K/g)];
    return used.length > 0
      ? used.reduce((sum, [, kilobytes]) => sum + Number(kilobytes) * 1024, 0)
      : undefined;
  } catch {
    return undefined;
  }
}

export const megabytes = (bytes: number): number => bytes / 1e6;
