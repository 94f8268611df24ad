import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../failure.ts';

const run = promisify(execFile);

/** The tools of the machine that the stack needs. */
export type Tools = { java: string; jar: string; mvn: string; javaHome: string; javaVersion: string };

const oldestJava = 17;

export function findOnPath(
  name: string,
  env: NodeJS.ProcessEnv = process.env,
  extra: string[] = [],
): string | undefined {
  const folders = [...(env['PATH'] ?? '').split(delimiter).filter(Boolean), ...extra];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @throws Failure saying what to install when there is no JDK 17 or later, or no Maven. */
export async function findTools(env: NodeJS.ProcessEnv = process.env): Promise<Tools> {
  const home = env['JAVA_HOME'];
  const java = home ? join(home, 'bin/java') : findOnPath('java', env);
  if (!java || !isExecutable(java))
    throw new Failure(
      home
        ? `JAVA_HOME is ${home}, which has no bin/java: point it at a JDK ${oldestJava} or later, or unset it`
        : `no Java found: install a JDK ${oldestJava} or later (Debian, Ubuntu: apt install default-jdk-headless)`,
    );
  const { version, javaHome, javaVersion } = await askJava(java);
  if (version < oldestJava)
    throw new Failure(
      `${java} is Java ${version}: install a JDK ${oldestJava} or later, or set JAVA_HOME to one`,
    );
  const [javac, jar] = [join(javaHome, 'bin/javac'), join(javaHome, 'bin/jar')];
  if (!isExecutable(javac) || !isExecutable(jar))
    throw new Failure(
      `${javaHome} is a Java runtime without a compiler: install a JDK ${oldestJava} or later (Debian, Ubuntu: apt install default-jdk-headless)`,
    );
  const mvn = findOnPath('mvn', env);
  if (!mvn)
    throw new Failure(
      'no Maven found: install Maven 3.6 or later so that mvn is on the PATH (Debian, Ubuntu: apt install maven)',
    );
  return { java, jar, mvn, javaHome, javaVersion };
}

async function askJava(java: string): Promise<{ version: number; javaHome: string; javaVersion: string }> {
  const properties = ['-XshowSettings:properties', '-version'];
  const { stderr } = await run(java, properties).catch((error: unknown) => {
    throw new Failure(`${java} does not run: install a JDK ${oldestJava} or later`, { cause: error });
  });
  const property = (name: string) => new RegExp(`^\\s*${name} = (.*)$`, 'm').exec(stderr)?.[1]?.trim();
  const version = property('java.specification.version')?.replace(/^1\./, '');
  return {
    version: Number(version ?? 0),
    javaHome: property('java.home') ?? dirname(dirname(java)),
    javaVersion: `${property('java.vm.name')} ${property('java.vm.version')}`,
  };
}
