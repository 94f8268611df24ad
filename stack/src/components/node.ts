import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Failure, saysDiskFull } from '../failure.ts';
import { cacheDir, root } from '../paths.ts';
import { explainLog } from '../supervisor/explain-log.ts';
import { openLog, readLogTail } from '../supervisor/log-file.ts';
import { ownerVariable } from '../supervisor/process-group.ts';

export type Errand = {
  /** What it is, as it reads in "… failed". */
  name: string;
  /** Entry point and arguments, from the root of the checkout. */
  args: string[];
  env: NodeJS.ProcessEnv;
  dataDir: string;
  logFile: string;
  signal: AbortSignal;
};

/** OpenTelemetry's settings are the services' to read. Its service name is not: each has its own. */
const telemetrySettings = (env: NodeJS.ProcessEnv) =>
  Object.entries(env).filter(([name]) => name.startsWith('OTEL_') && name !== 'OTEL_SERVICE_NAME');

/** What every Node process gets of our own environment. */
export const baseEnvironment = (env: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(['PATH', 'HOME', 'LANG', 'TZ', 'LOG_LEVEL'].map((name) => [name, env[name]])),
  ...Object.fromEntries(telemetrySettings(env)),
  // Compiled code of an earlier start: halves the time that a service takes to load.
  NODE_COMPILE_CACHE: join(cacheDir(env), 'node'),
});

/** Runs an entry point to its end and gives its standard output. @throws Failure with the cause from its log. */
export async function runErrand({ name, args, env, dataDir, logFile, signal }: Errand): Promise<string> {
  const log = openLog(logFile);
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...baseEnvironment(), ...env, [ownerVariable]: dataDir },
    stdio: ['ignore', 'pipe', log.fd],
    detached: true,
    signal,
  });
  closeSync(log.fd);
  const ended = new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, killedBy) => resolve(code ?? killedBy ?? 'killed'));
  });
  const [output, how] = await Promise.all([child.stdout ? text(child.stdout) : '', ended]);
  if (how === 0) return output;
  const tail = readLogTail(logFile, log.begin) + output;
  if (saysDiskFull(tail)) throw new Failure(`the disk is full: ${name} failed`);
  throw new Failure(
    `${name} failed (${typeof how === 'number' ? `exit code ${how}` : how}): ${explainLog(tail) ?? 'no reason given'}; its log is ${logFile}`,
  );
}
