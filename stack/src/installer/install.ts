import { cpSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir, root } from '../paths.ts';
import type { Progress } from '../progress.ts';
import { cachedFolder } from './cached-folder.ts';
import { fetchJars } from './fetch-jars.ts';
import { readJarsLock } from './jars-lock.ts';
import { findSystemServer, unpackServer } from './mariadb-server.ts';
import type { MariadbServer } from './mariadb-server.ts';
import { createMaven } from './maven.ts';
import type { Maven } from './maven.ts';
import type { Tools } from './tools.ts';

/** Where everything that is not an npm package lies. */
export type Installation = {
  tools: Tools;
  /** Jars of the broker, Connect and Kafka's tools. */
  kafkaJars: string;
  /** Connect's plugin path. */
  plugins: string;
  mariadb: MariadbServer;
};

type Source = { kind: string; pom: string; sources: string[] };

const fromPom = (kind: string, pom: string): Source => ({
  kind,
  pom: join(root, pom),
  sources: [join(root, pom)],
});

export const kafkaSource = fromPom('kafka', 'stack/kafka/pom.xml');
export const mariadbSource = fromPom('mariadb', 'stack/mariadb/pom.xml');
const pluginsFolder = join(root, 'connectors/plugins');
export const pluginsSource: Source = {
  kind: 'plugins',
  pom: join(pluginsFolder, 'pom.xml'),
  sources: [join(pluginsFolder, 'pom.xml'), join(pluginsFolder, 'src')],
};

/** Our own transform is compiled here: its jar differs from machine to machine. */
export const isOwnJar = (name: string) => name.startsWith('ordermesh-');

export type InstallOptions = {
  env?: NodeJS.ProcessEnv;
  signal?: AbortSignal;
  /** Take the downloaded MariaDB server even if the machine has one. */
  bundledServer?: boolean;
};

/** Downloads, builds and checks what is missing. Each part is kept in the user's cache. */
export async function install(
  tools: Tools,
  progress: Progress,
  { env = process.env, signal, bundledServer = false }: InstallOptions = {},
): Promise<Installation> {
  const context = { maven: createMaven(tools, env, signal), cache: cacheDir(env), tools, progress };
  mkdirSync(context.cache, { recursive: true });
  const system = bundledServer ? undefined : await findSystemServer(env);
  // One after the other where Maven runs: two of them would share, and could spoil, the same local repository.
  const kafkaJars = await progress.step('Kafka and Connect jars', (report) => installKafka(context, report));
  const plugins = await progress.step('Connect plugins', (report) => installPlugins(context, report));
  const mariadb =
    system ?? (await progress.step('MariaDB server', (report) => installMariadb(context, report)));
  return { tools, kafkaJars, plugins, mariadb };
}

type Context = { maven: Maven; cache: string; tools: Tools; progress: Progress };
type Report = (detail: string) => void;

export const copyDependencies = (output: string) => [
  'dependency:copy-dependencies',
  `-DoutputDirectory=${output}`,
];

function installKafka({ maven, cache, progress: { say } }: Context, report: Report): Promise<string> {
  const { kind, pom, sources } = kafkaSource;
  const expected = readJarsLock(kind);
  return cachedFolder({
    cache,
    kind,
    sources,
    expected,
    say,
    report,
    build: (output) =>
      fetchJars({ maven, pom, goals: copyDependencies(output), output, expected, say, report }),
  });
}

/** Built in a copy of its folder, so that the checkout stays clean and concurrent builds do not meet. */
export function buildPlugins(folder: string): { pom: string; output: string; goals: string[] } {
  const copy = join(folder, '.build');
  for (const name of ['pom.xml', 'src'])
    cpSync(join(pluginsFolder, name), join(copy, name), { recursive: true });
  return { pom: join(copy, 'pom.xml'), output: join(copy, 'target/plugin'), goals: ['package'] };
}

function installPlugins({ maven, cache, progress: { say } }: Context, report: Report): Promise<string> {
  const { kind, sources } = pluginsSource;
  const expected = readJarsLock(kind);
  return cachedFolder({
    cache,
    kind,
    sources,
    expected,
    say,
    report,
    build: async (folder) => {
      const built = buildPlugins(folder);
      await fetchJars({ maven, ...built, expected, own: isOwnJar, say, report });
      for (const name of readdirSync(built.output)) renameSync(join(built.output, name), join(folder, name));
      rmSync(join(folder, '.build'), { recursive: true });
    },
  });
}

async function installMariadb(
  { maven, cache, tools, progress: { say } }: Context,
  report: Report,
): Promise<MariadbServer> {
  const { kind, pom, sources } = mariadbSource;
  const folder = await cachedFolder({
    cache,
    kind,
    sources,
    say,
    report,
    build: async (output) => {
      const jars = join(output, '.jar');
      mkdirSync(jars);
      await fetchJars({
        maven,
        pom,
        goals: copyDependencies(jars),
        output: jars,
        expected: readJarsLock(kind),
        say,
        report,
      });
      report('unpacking');
      await unpackServer({ tools, jars, output });
    },
  });
  return { mariadbd: join(folder, 'bin/mariadbd'), share: join(folder, 'share'), bundled: true };
}
