import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { removeOld } from '../installer/cached-folder.ts';
import type { Tools } from '../installer/tools.ts';

/** JVM options that use or make an archive, and what to do with it when the JVM has ended. */
export type ClassArchive = { options: string[]; settle: (exitCode: number | null) => void };

/** What a JVM returns that ended in order, by itself or on SIGTERM. */
const inOrder = [0, 143];

/**
 * Class data sharing (JEP 350): the first JVM of a kind writes the classes that it loaded to an archive as it ends, and later
 * ones map it instead of loading and verifying them anew, which saves a third of the start. An archive that does not fit
 * the JVM or the jars, or is damaged, is passed over by the JVM.
 */
export function classArchive(
  cache: string,
  name: string,
  { tools, jars }: { tools: Tools; jars: string },
): ClassArchive {
  const key = createHash('sha256')
    .update(basename(jars))
    .update(tools.javaVersion)
    .digest('hex')
    .slice(0, 16);
  const folder = join(cache, `classes-${key}`);
  const archive = join(folder, `${name}.jsa`);
  const quiet = '-Xlog:cds=off,cds+dynamic=off,class+path=off';
  if (existsSync(archive)) {
    utimesSync(folder, new Date(), new Date());
    return {
      options: [quiet, `-XX:SharedArchiveFile=${archive}`, '-XX:+VerifySharedSpaces'],
      settle: () => undefined,
    };
  }
  removeOld(cache, 'classes');
  mkdirSync(folder, { recursive: true });
  const unfinished = `${archive}.${process.pid}`;
  return {
    options: [quiet, `-XX:ArchiveClassesAtExit=${unfinished}`],
    settle(exitCode) {
      if (!existsSync(unfinished)) return;
      if (exitCode !== null && inOrder.includes(exitCode)) renameSync(unfinished, archive);
      else rmSync(unfinished, { force: true });
    },
  };
}
