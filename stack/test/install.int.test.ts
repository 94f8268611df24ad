import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { install } from '../src/installer/install.ts';
import { findTools } from '../src/installer/tools.ts';
import { cacheDir } from '../src/paths.ts';

// The user's own cache and Maven repository are copied, so that nothing of theirs is spoilt.
let work: string;
let said: string[];
const progress = {
  step: <T>(_name: string, run: (report: () => void) => Promise<T>) => run(() => undefined),
  say: (line: string) => void said.push(line),
};

beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'ordermesh-install-'));
  said = [];
});
afterEach(() => rmSync(work, { recursive: true }));

const corrupt = (path: string) => {
  const bytes = readFileSync(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  rmSync(path); // it may be a hard link to the user's own
  writeFileSync(path, bytes);
};

function copyCache(): string {
  cpSync(cacheDir(), join(work, 'ordermesh'), {
    recursive: true,
    filter: (path) => !/\/(classes-[^/]*|node|.*\.lock)(\/|$)/.test(path.slice(cacheDir().length)),
  });
  return join(work, 'ordermesh');
}

const installed = async (env: NodeJS.ProcessEnv) =>
  install(await findTools(), progress, { env: { ...process.env, XDG_CACHE_HOME: work, ...env } });

test('a corrupt jar in the cache is found at the start, said in one line, and made anew', async () => {
  const cache = copyCache();
  const { kafkaJars } = await installed({});
  expect([said, kafkaJars.startsWith(cache)]).toEqual([[], true]);
  const jar = join(kafkaJars, 'jopt-simple-5.0.4.jar');
  const right = readFileSync(jar);
  corrupt(jar);
  await installed({});
  expect(said).toEqual([`${jar} is corrupt: removing ${kafkaJars} and making it anew`]);
  expect(readFileSync(jar).equals(right)).toBe(true);
});

test('a corrupt jar in the local Maven repository is fetched anew instead of being taken into the cache', async () => {
  const cache = copyCache();
  const [kafka = ''] = readdirSync(cache).filter((name) => name.startsWith('kafka-'));
  rmSync(join(cache, kafka), { recursive: true });
  const repository = join(work, 'repository');
  const own = join(homedir(), '.m2/repository');
  if (existsSync(own))
    execFileSync('sh', ['-c', 'cp -al "$0" "$1" 2>/dev/null || cp -a "$0" "$1"', own, repository]);
  const env = { MAVEN_OPTS: `-Dmaven.repo.local=${repository}` };
  const { kafkaJars } = await installed(env); // fetches what is missing
  rmSync(kafkaJars, { recursive: true });
  corrupt(join(repository, 'net/sf/jopt-simple/jopt-simple/5.0.4/jopt-simple-5.0.4.jar'));
  said = [];
  await installed(env);
  expect(said).toEqual(['jopt-simple-5.0.4.jar: wrong checksum, removing it and fetching it anew']);
});
