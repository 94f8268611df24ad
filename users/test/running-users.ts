import { spawn } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { signatureHeader, signRequest } from '@ordermesh/chassis/gateway-signature';
import { z } from 'zod';

const stackFile = z.object({
  graphql: z.string(),
  kafkaBrokers: z.string(),
  mariadb: z.object({ host: z.string(), port: z.number() }),
});
const secretsFile = z.object({
  databases: z.object({ users: z.string(), users_owner: z.string(), stack_admin: z.string() }),
  gatewaySigningSecret: z.string(),
  jwtPrivateKey: z.string(),
});

/** The stack that the tests run on: the folder that ORDERMESH_DATA names. */
export function readStack() {
  const dir = process.env['ORDERMESH_DATA'];
  if (!dir) throw new Error('ORDERMESH_DATA must name the folder of a running stack; `npm test` sets it');
  const read = (name: string): unknown => JSON.parse(readFileSync(join(dir, name), 'utf8'));
  return { ...stackFile.parse(read('stack.json')), ...secretsFile.parse(read('secrets.json')) };
}
export type Stack = ReturnType<typeof readStack>;

export const signingKeyOf = (stack: Stack) => createPrivateKey(stack.jwtPrivateKey);

/** The database of users on the stack, with the service's account or the owner's. */
export const databaseOf = (stack: Stack, account: 'users' | 'users_owner', poolSize = 10) => ({
  DATABASE_HOST: stack.mariadb.host,
  DATABASE_PORT: stack.mariadb.port,
  DATABASE_NAME: 'users',
  DATABASE_USER: account,
  DATABASE_PASSWORD: stack.databases[account],
  DATABASE_POOL_SIZE: poolSize,
});

const asEnvironment = (values: Record<string, string | number>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

function spawnHere(script: string, environment: Record<string, string | number>) {
  return spawn(process.execPath, [join(import.meta.dirname, '..', script)], {
    env: { PATH: process.env['PATH'] ?? '', ...asEnvironment(environment) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Runs a script of this folder to its end. */
export async function runScript(script: string, environment: Record<string, string | number>) {
  const child = spawnHere(script, environment);
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  await once(child, 'close');
  return { exitCode: child.exitCode, output, errors };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).default([]),
});
type Options = { variables?: Record<string, unknown>; token?: string; headers?: Record<string, string> };

/** The service by itself, as the gateway sees it, on a port of its own and the stack's database. */
export async function startUsers(stack: Stack) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const child = spawnHere('src/main.ts', {
    ...databaseOf(stack, 'users'),
    SERVICE_INSTANCE: 'users-test',
    PORT: port,
    KAFKA_BROKERS: stack.kafkaBrokers,
    // Far from UTC, where times that are stored or read as local ones would show.
    TZ: 'America/New_York',
    JWKS_URL: `${base}/.well-known/jwks.json`,
    GATEWAY_SIGNING_SECRET: stack.gatewaySigningSecret,
    JWT_PRIVATE_KEY: stack.jwtPrivateKey,
  });
  let seen = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (seen += String(chunk)));

  const isReady = () =>
    fetch(`${base}/health`).then(
      (response) => response.ok,
      () => false,
    );
  for (const deadline = Date.now() + 15_000; !(await isReady()); await delay(50)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`users did not become ready; it said:\n${seen}`);
    }
  }

  /** Sends an operation with the gateway's signature, unless `headers` say otherwise. */
  async function execute(query: string, { variables, token, headers }: Options = {}) {
    const body = JSON.stringify({ query, variables });
    const authorization = token ? `Bearer ${token}` : '';
    const response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization && { authorization }),
        [signatureHeader]: signRequest(stack.gatewaySigningSecret, authorization, body),
        ...headers,
      },
      body,
    });
    const { data, errors } = answer.parse(await response.json());
    return { status: response.status, data, codes: errors.map(({ extensions }) => extensions.code), errors };
  }

  async function stop(): Promise<number | null> {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    return child.exitCode;
  }

  return { base, execute, stop, log: () => seen };
}
export type RunningUsers = Awaited<ReturnType<typeof startUsers>>;
