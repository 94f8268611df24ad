import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { root } from '../paths.ts';

/** The variables that name a project and move its published ports. */
export type ComposeEnvironment = {
  COMPOSE_PROJECT_NAME: string;
  GATEWAY_PORT: string;
  KAFKA_PORT: string;
  CONNECT_PORT: string;
  MARIADB_PORT: string;
};

const container = z.object({ Name: z.string(), State: z.string(), Health: z.string() });

/** `docker compose` on compose.yaml, with a project name and ports of one's own. */
export function createCompose(environment: ComposeEnvironment, signal?: AbortSignal) {
  /** @throws Failure with the last of what it said. */
  async function run(...args: string[]): Promise<string> {
    const child = spawn('docker', ['compose', ...args], {
      cwd: root,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
    if (code === 0) return output;
    const last = errors.trim().split('\n').slice(-5).join('; ');
    throw new Failure(`docker compose ${args.join(' ')} failed (${code}): ${last}`);
  }

  return {
    run,
    environment,
    /** Starts what is not running, and waits until everything is ready: the console is the last to be. */
    up: (...options: string[]) => run('up', '--detach', '--wait', ...options, 'console'),
    /** The containers of a service, running or not. */
    async containers(service: string) {
      const lines = (await run('ps', '--all', '--format', 'json', service)).split('\n').filter(Boolean);
      return lines.map((line) => container.parse(JSON.parse(line)));
    },
    /** All secrets, as setup keeps them: no container that stays has the whole. */
    readSecrets: () =>
      run('run', '--rm', '--no-deps', '-T', '--entrypoint', 'cat', 'setup', '/conf/secrets/secrets.json'),
    /** The content of a file in the console's folder. */
    readData: (name: string) => run('exec', '-T', 'console', 'cat', `/data/${name}`),
  };
}
export type Compose = ReturnType<typeof createCompose>;

/** Why containers cannot be run here; undefined when they can. */
export async function missingEngine(): Promise<string | undefined> {
  for (const args of [
    ['info', '--format', '{{.ServerVersion}}'],
    ['compose', 'version'],
  ]) {
    const code = await new Promise<number | null | Error>((resolve) => {
      const child = spawn('docker', args, { stdio: 'ignore' });
      child.once('error', resolve);
      child.once('close', resolve);
    });
    if (code !== 0) return `docker ${args.join(' ')} ${code instanceof Error ? `cannot be run` : 'fails'}`;
  }
  return undefined;
}
