import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { root } from '../paths.ts';

/** SHA-256 of every file by the path at which it lies in its folder. */
export type Checksums = Record<string, string>;

const lockFile = z.record(z.string(), z.record(z.string(), z.string()));
export const jarsLockPath = join(root, 'stack/jars.sha256.json');

/** The committed checksums of one kind of jars: kafka, mariadb or plugins. */
export function readJarsLock(kind: string, path = jarsLockPath): Checksums {
  return lockFile.parse(JSON.parse(readFileSync(path, 'utf8')))[kind] ?? {};
}

/** Through one buffer: those of a stream would be most of the memory that a supervisor ever has. */
export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(256 * 1024);
  await using file = await open(path);
  for (;;) {
    const { bytesRead } = await file.read(buffer);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
  }
}

/** The files of a folder that are missing or differ from what they should be. */
export async function findCorrupt(folder: string, expected: Checksums): Promise<string[]> {
  const wrong: string[] = [];
  for (const [path, sum] of Object.entries(expected)) {
    const actual = await sha256(join(folder, path)).catch(() => 'unreadable');
    if (actual !== sum) wrong.push(path);
  }
  return wrong;
}
