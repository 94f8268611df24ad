#!/usr/bin/env node
// Runs a TypeScript entry point under the Node 24 that npm installed, from whatever Node (20 or later) is on the machine:
//   node stack/bin/run.mjs stack/src/start.ts [arguments]
// Installs the npm packages first when they do not match package-lock.json. Plain JavaScript on built-in modules only,
// because it runs before anything is installed.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { isAlive, lock, processStartTime } from './lock.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const modules = join(root, 'node_modules');
const node24 = join(modules, `node-linux-${process.arch}`, 'bin/node');
const stamp = join(modules, '.ordermesh-lock-hash');
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'ordermesh');

const [entry, ...args] = process.argv.slice(2);
if (!entry) fail('usage: node stack/bin/run.mjs ENTRY.ts [arguments]', 2);
if (process.platform !== 'linux' || !['x64', 'arm64'].includes(process.arch))
  fail(`ordermesh runs on Linux on x64 or arm64, this is ${process.platform} on ${process.arch}`, 1);

await ensureModules();
run();

async function ensureModules() {
  const hash = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const upToDate = () => existsSync(node24) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
  if (upToDate()) return;
  let said = false;
  const place = createHash('sha256').update(root).digest('hex').slice(0, 16);
  const unlock = await lock(join(cache, `npm-${place}.lock`), ({ pid }) => {
    if (!said) console.error(`waiting for process ${pid}, which is installing the npm packages`);
    said = true;
  }).catch((error) => fail(`cannot write to ${cache}: ${error.message}`, 1));
  try {
    if (upToDate()) return;
    await install();
    if (!existsSync(node24)) fail(`npm did not install ${node24}: optional packages must not be left out`, 1);
    writeFileSync(stamp, hash);
  } finally {
    unlock();
  }
}

async function install() {
  const total =
    readFileSync(join(root, 'package-lock.json'), 'utf8').match(/^ {4}"node_modules\/(@[^/"]+\/)?[^/"]+": /gm)
      ?.length ?? 0;
  const begun = Date.now();
  const live = process.stderr.isTTY;
  const seconds = () => ((Date.now() - begun) / 1000).toFixed(live ? 1 : 0);
  const show = () => {
    const line = `installing npm packages: ${countPackages()} of about ${total}, ${seconds()} s`;
    process.stderr.write(live ? `\r\x1b[K${line}` : `${line}\n`);
  };
  show();
  const timer = setInterval(show, live ? 200 : 5000);
  // npm replaces node_modules: it must not run on the very node that lives in there.
  const path = (process.env.PATH ?? '').split(delimiter).filter((dir) => !dir.startsWith(modules));
  const npm = spawn('npm', ['ci', '--include=optional', '--include=dev', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: path.join(delimiter), npm_config_production: '' },
  });
  let complaint = '';
  npm.stderr.on('data', (chunk) => (complaint = (complaint + chunk).slice(-4000)));
  const outcome = await new Promise((done) =>
    npm.on('error', done).on('close', (code, signal) => done(code ?? signal)),
  );
  clearInterval(timer);
  if (live) process.stderr.write('\r\x1b[K');
  if (outcome === 0) return console.error(`installed ${countPackages()} npm packages in ${seconds()} s`);
  if (outcome instanceof Error)
    fail(`cannot run npm (${outcome.message}): it comes with Node and must be on the PATH`, 1);
  const cause = complaint
    .split('\n')
    .filter((line) => line.trim() && !/A complete log|^npm warn/i.test(line));
  fail(
    `npm ci failed (${outcome}): ${cause
      .join(' ')
      .replace(/npm error ?/gi, '')
      .trim()
      .slice(0, 400)}`,
    1,
  );
}

function countPackages() {
  try {
    return readdirSync(modules).reduce(
      (sum, name) =>
        sum + (name.startsWith('@') ? readdirSync(join(modules, name)).length : name.startsWith('.') ? 0 : 1),
      0,
    );
  } catch {
    return 0;
  }
}

function run() {
  const child = spawn(node24, [resolve(root, entry), ...args], {
    stdio: 'inherit',
    // Compiled code of earlier runs, as paths.ts has the cache: without it types are stripped anew, which takes time and memory.
    env: { NODE_COMPILE_CACHE: join(cache, 'node'), ...process.env, ORDERMESH_RUNNER: String(process.pid) },
  });
  const npm = npmAbove();
  // npm passes signals on to its shell, which dies of them without passing them on; and kill -9 reaches nobody else.
  const watch = setInterval(
    () => npm.every(isAlive) || (child.kill('SIGTERM'), clearInterval(watch)),
    500,
  ).unref();
  // A terminal sends Ctrl-C to the whole group, so the child may get it twice: it counts signals close together as one.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => fail(`cannot run ${node24}: ${error.message}`, 1));
  child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

/** The processes from our parent up to the npm that runs this script; none when it was started otherwise. */
function npmAbove() {
  const above = [];
  for (let pid = process.ppid; process.env.npm_lifecycle_event && pid > 1 && above.length < 3;) {
    above.push({ pid, startTime: processStartTime(pid) });
    try {
      if (/^npm\b|npm-cli\.js/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ')))
        return above;
      pid = Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    } catch {
      break;
    }
  }
  return [];
}

function fail(message, code) {
  console.error(message);
  process.exit(code);
}
