import { readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Failure } from '../failure.ts';
import { findCorrupt } from './jars-lock.ts';
import type { Checksums } from './jars-lock.ts';
import type { Maven } from './maven.ts';

export type FetchJars = {
  maven: Maven;
  pom: string;
  goals: string[];
  /** Where the goals leave the jars. */
  output: string;
  expected: Checksums;
  /** Jars that are compiled here and therefore not locked. */
  own?: (name: string) => boolean;
  say: (line: string) => void;
  report: (detail: string) => void;
};

/**
 * Runs Maven and checks every jar against the committed checksums. What the local repository holds corrupt is removed
 * there and fetched once more.
 * @throws Failure when it is wrong again, or when the jars are not those of the lock.
 */
export async function fetchJars(config: FetchJars): Promise<void> {
  const { maven, pom, goals, output, expected, say, report } = config;
  await maven.run(pom, goals, report).catch(async (error: unknown) => {
    if (!(error instanceof Failure) || !(await maven.forgetNamedIn(pom, error))) throw error;
    say('the Maven repository holds a corrupt download: removed it, fetching it anew');
    await maven.run(pom, goals, report);
  });

  const unlocked = readdirSync(output, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.jar') && !(path in expected) && !config.own?.(basename(path)),
  );
  if (unlocked.length > 0)
    throw new Failure(
      `${unlocked[0]} is not in stack/jars.sha256.json: after a change of a pom run node stack/bin/run.mjs stack/src/lock-jars.ts`,
    );

  const corrupt = await findCorrupt(output, expected);
  if (corrupt[0] === undefined) return;
  const names = corrupt.map((path) => basename(path));
  say(`${names.join(', ')}: wrong checksum, removing it and fetching it anew`);
  await maven.forget(pom, names);
  for (const path of corrupt) rmSync(join(output, path), { force: true });
  await maven.run(pom, goals, report);
  const still = await findCorrupt(output, expected);
  if (still[0] !== undefined)
    throw new Failure(
      `${basename(still[0])} has the wrong checksum again: it is not the file that stack/jars.sha256.json was made from`,
    );
}
