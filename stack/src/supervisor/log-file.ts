import { closeSync, fstatSync, openSync, readSync, renameSync, statSync } from 'node:fs';

/** A log larger than this is set aside as NAME.log.old when its process starts. */
const sizeCap = 50 * 1024 * 1024;

/** Opens a log for appending and tells where in it this run begins. */
export function openLog(path: string): { fd: number; begin: number } {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > sizeCap) renameSync(path, `${path}.old`);
  const fd = openSync(path, 'a', 0o600);
  return { fd, begin: fstatSync(fd).size };
}

/** The end of a log, at most 64 kB, from no earlier than `begin`. */
export function readLogTail(path: string, begin = 0): string {
  try {
    const fd = openSync(path, 'r');
    try {
      const { size } = fstatSync(fd);
      const from = Math.max(Math.min(begin, size), size - 65_536);
      const buffer = Buffer.alloc(size - from);
      return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, from));
    } finally {
      closeSync(fd);
    }
  } catch {
    return '';
  }
}
