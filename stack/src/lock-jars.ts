import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { runMain } from './failure.ts';
import { checksumsOf } from './installer/cached-folder.ts';
import {
  buildPlugins,
  copyDependencies,
  isOwnJar,
  kafkaSource,
  mariadbSource,
  pluginsSource,
} from './installer/install.ts';
import { jarsLockPath } from './installer/jars-lock.ts';
import { createMaven } from './installer/maven.ts';
import { findTools } from './installer/tools.ts';
import { createProgress } from './progress.ts';

/**
 * Writes stack/jars.sha256.json anew from what the poms say now, fetched into a Maven repository of its own, so that a
 * spoilt local one cannot slip in: `node stack/bin/run.mjs stack/src/lock-jars.ts`, after every change of a pom.
 */
await runMain(async () => {
  const progress = createProgress();
  const work = mkdtempSync(join(tmpdir(), 'ordermesh-lock-'));
  try {
    const maven = createMaven(await findTools());
    const fresh = `-Dmaven.repo.local=${join(work, 'repository')}`;
    const builds = {
      [kafkaSource.kind]: plain(kafkaSource.pom, join(work, 'kafka')),
      [mariadbSource.kind]: plain(mariadbSource.pom, join(work, 'mariadb')),
      [pluginsSource.kind]: buildPlugins(join(work, 'plugins')),
    };
    const lock: Record<string, Record<string, string>> = {};
    for (const [kind, { pom, goals, output }] of Object.entries(builds)) {
      await progress.step(kind, (report) => maven.run(pom, [fresh, ...goals], report));
      const jars = Object.entries(await checksumsOf(output)).filter(([path]) => !isOwnJar(basename(path)));
      lock[kind] = Object.fromEntries(jars.filter(([path]) => path.endsWith('.jar')));
    }
    const [before, after] = [readOrEmpty(jarsLockPath), `${JSON.stringify(lock, null, 2)}\n`];
    writeFileSync(jarsLockPath, after);
    progress.say(
      before === after
        ? 'nothing has changed'
        : `wrote ${jarsLockPath}: look at the difference before committing it`,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return 0;
});

function plain(pom: string, output: string) {
  return { pom, output, goals: copyDependencies(output) };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
