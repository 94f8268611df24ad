import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { lock } from '../../bin/lock.mjs';
import { z } from 'zod';
import { Failure, messageOf } from '../failure.ts';
import { root } from '../paths.ts';
import { findCorrupt, sha256 } from './jars-lock.ts';
import type { Checksums } from './jars-lock.ts';

const manifestName = '.sha256.json';
const manifest = z.record(z.string(), z.string());

export type CachedFolder = {
  cache: string;
  kind: string;
  /** The files that the content is made from: a change makes another folder. */
  sources: string[];
  /** Committed checksums of files in it, beside those noted when it was made. */
  expected?: Checksums;
  /** Fills an empty folder. */
  build: (folder: string) => Promise<void>;
  say: (line: string) => void;
  report: (detail: string) => void;
};

/**
 * A folder of the user's cache, made once and checked by SHA-256 each time. It is built beside its place and moved
 * there in one step, so that an interrupted or a concurrent run never leaves half of one.
 */
export async function cachedFolder(config: CachedFolder): Promise<string> {
  const { cache, kind, build, say, report } = config;
  const folder = join(cache, `${kind}-${hashOf(config.sources)}`);
  const findWrong = async () =>
    existsSync(folder)
      ? (await findCorrupt(folder, { ...readManifest(folder), ...config.expected }))[0]
      : 'absent';
  const use = () => {
    utimesSync(folder, new Date(), new Date());
    return folder;
  };
  if ((await findWrong()) === undefined) return use();

  const unlock = await lock(`${folder}.lock`, ({ pid }) =>
    report(`waiting for process ${pid}, which is installing it`),
  );
  const temporary = `${folder}.${process.pid}`;
  try {
    const wrong = await findWrong();
    if (wrong === undefined) return use();
    if (wrong !== 'absent') say(`${join(folder, wrong)} is corrupt: removing ${folder} and making it anew`);
    removeOld(cache, kind);
    mkdirSync(temporary, { recursive: true });
    await build(temporary);
    writeFileSync(join(temporary, manifestName), JSON.stringify(await checksumsOf(temporary), null, 1));
    rmSync(folder, { recursive: true, force: true });
    renameSync(temporary, folder);
    return use();
  } finally {
    rmSync(temporary, { recursive: true, force: true });
    unlock();
  }
}

const unusedFor = 30 * 24 * 3600 * 1000;

/** Called by one process at a time: removes what an interrupted run of a kind left behind, and what nobody has used for a month. */
export function removeOld(cache: string, kind: string): void {
  for (const name of readdirSync(cache)) {
    const [, pid] = new RegExp(`^${kind}-[0-9a-f]+(?:\\.(\\d+))?$`).exec(name) ?? [undefined, ''];
    const path = join(cache, name);
    const leftover = pid && !existsSync(`/proc/${pid}`);
    const outdated = pid === undefined && Date.now() - statSync(path).mtimeMs > unusedFor;
    if (leftover || outdated) rmSync(path, { recursive: true, force: true });
  }
}

function readManifest(folder: string): Checksums {
  try {
    return manifest.parse(JSON.parse(readFileSync(join(folder, manifestName), 'utf8')));
  } catch {
    return { [manifestName]: 'unreadable' };
  }
}

export async function checksumsOf(folder: string): Promise<Checksums> {
  const files = filesIn(folder).filter((path) => path !== join(folder, manifestName));
  return Object.fromEntries(
    await Promise.all(files.map(async (path) => [relative(folder, path), await sha256(path)])),
  );
}

/** Every file below a path, in a stable order; the path itself when it is a file. */
export function filesIn(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .toSorted()
    .flatMap((name) => filesIn(join(path, name)));
}

function hashOf(sources: string[]): string {
  const hash = createHash('sha256');
  try {
    for (const path of sources.flatMap(filesIn))
      hash.update(relative(root, path)).update('\0').update(readFileSync(path)).update('\0');
  } catch (error) {
    throw new Failure(`cannot read ${messageOf(error)}`);
  }
  return hash.digest('hex').slice(0, 16);
}
