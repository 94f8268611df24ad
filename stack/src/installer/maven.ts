import { spawn } from 'node:child_process';
import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Failure, saysDiskFull } from '../failure.ts';
import type { Tools } from './tools.ts';
import { createTransferReader, describeTransfer } from './transfer-lines.ts';

export type Maven = ReturnType<typeof createMaven>;

/** Runs Maven goals, with downloads checked against the repository's checksums (-C) and reported as they come. */
export function createMaven(tools: Tools, env: NodeJS.ProcessEnv = process.env, signal?: AbortSignal) {
  async function run(pom: string, goals: string[], report: (detail: string) => void): Promise<void> {
    // Not --batch-mode, which would hide the progress within a file; with stdin closed nothing can ask a question.
    const args = ['-C', '-Dstyle.color=never', '-f', pom, ...goals];
    const transfers = createTransferReader();
    const { code, output } = await exec(args, (chunk) => report(describeTransfer(transfers.read(chunk))));
    if (code === 0) return;
    if (saysDiskFull(output)) throw new Failure('the disk is full: Maven could not store its downloads');
    throw new Failure(`Maven failed: ${mavenCause(output)}`, { cause: output });
  }

  function exec(args: string[], onOutput: (chunk: string) => void = () => undefined) {
    return new Promise<{ code: number | null; output: string }>((resolve, reject) => {
      const mvn = spawn(tools.mvn, args, {
        env: { ...env, JAVA_HOME: tools.javaHome, MAVEN_OPTS: mavenOptions(env) },
        stdio: ['ignore', 'pipe', 'pipe'],
        signal,
      });
      let output = '';
      const collect = (chunk: Buffer) => {
        output = (output + chunk.toString()).slice(-200_000);
        onOutput(chunk.toString());
      };
      mvn.stdout.on('data', collect);
      mvn.stderr.on('data', collect);
      mvn.on('error', reject);
      mvn.on('close', (code) => resolve({ code, output }));
    });
  }

  /** Where Maven keeps what it downloads: settings and options may have moved it. */
  async function localRepository(pom: string): Promise<string | undefined> {
    const { output } = await exec(['-X', '-o', '-Dstyle.color=never', '-f', pom, 'validate']);
    return /Using local repository at (\S.*)/.exec(output)?.[1]?.trim();
  }

  return {
    run,

    /** Removes jars, by file name, from the local repository, so that the next run fetches them anew. */
    async forget(pom: string, names: string[]): Promise<void> {
      const repository = await localRepository(pom);
      if (!repository) return;
      for (const path of readdirSync(repository, { recursive: true, encoding: 'utf8' }))
        if (names.includes(basename(path)))
          rmSync(dirname(join(repository, path)), { recursive: true, force: true });
    },

    /** Removes the files of the local repository that Maven's own error message complains of; false when it names none. */
    async forgetNamedIn(pom: string, failure: Failure): Promise<boolean> {
      const repository = await localRepository(pom);
      const output = typeof failure.cause === 'string' ? failure.cause : '';
      if (
        !repository ||
        !/zip|corrupt|Non-parseable|Malformed|cannot be (opened|read)|Checksum/i.test(output)
      )
        return false;
      const named = output
        .split(/[\s:,'"()[\]]+/)
        .filter((word) => word.startsWith(repository + sep) && /\.(jar|pom)$/.test(word));
      for (const path of new Set(named)) rmSync(dirname(path), { recursive: true, force: true });
      return named.length > 0;
    },
  };
}

/** Java takes the home folder from the system's list of users, everything else here from HOME. */
const mavenOptions = (env: NodeJS.ProcessEnv): string =>
  ['-XX:TieredStopAtLevel=1', env['HOME'] ? `-Duser.home=${env['HOME']}` : '', env['MAVEN_OPTS'] ?? ''].join(
    ' ',
  );

/** The first error line of Maven's output that says something. */
export function mavenCause(output: string): string {
  const lines = stripVTControlCharacters(output).split(/[\r\n]+/);
  const error = lines.map((line) => /^\[ERROR\]\s*(\S.*)$/.exec(line)?.[1]).find(Boolean);
  return (error ?? lines.findLast(Boolean) ?? '').replace(/ -> \[Help \d\]$/, '').slice(0, 400);
}
