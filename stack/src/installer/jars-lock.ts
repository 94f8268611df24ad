import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
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

export async function sha256(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}

/** The files of a folder that are missing or differ from what they should be. */
export async function findCorrupt(folder: string, expected: Checksums): Promise<string[]> {
  const wrong = await Promise.all(
    Object.entries(expected).map(async ([path, sum]) => {
      const actual = await sha256(join(folder, path)).catch(() => 'unreadable');
      return actual === sum ? [] : [path];
    }),
  );
  return wrong.flat();
}
