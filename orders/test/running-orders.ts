import { spawn } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { signatureHeader, signRequest } from '@ordermesh/chassis/gateway-signature';
import { z } from 'zod';
import { databaseOf, type Stack } from './stack.ts';

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** An issuer of tokens for the instances under test, in place of users. */
export async function startIssuer() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: 'ES256', use: 'sig' }];
  const server = createHttpServer((_, response) => response.end(JSON.stringify({ keys })));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    tokenOf(userId: string, role: 'customer' | 'admin' = 'customer'): string {
      const exp = Math.floor(Date.now() / 1000) + 3_600;
      const claims = { iss: 'ordermesh', aud: 'ordermesh', sub: userId, role, exp };
      const content = `${encode({ alg: 'ES256', kid: 'test', typ: 'JWT' })}.${encode(claims)}`;
      const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
      return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
export type Issuer = Awaited<ReturnType<typeof startIssuer>>;

const answer = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) })).default([]),
});
type Options = { variables?: Record<string, unknown>; token?: string };

/** Sends operations to a subgraph as the gateway does. */
export function executeAt(base: string, stack: Stack) {
  return async function execute(query: string, { variables, token }: Options = {}) {
    const body = JSON.stringify({ query, variables });
    const authorization = token ? `Bearer ${token}` : '';
    const response = await fetch(`${base}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(authorization && { authorization }),
        [signatureHeader]: signRequest(stack.gatewaySigningSecret, authorization, body),
      },
      body,
    });
    const { data, errors } = answer.parse(await response.json());
    return { data, errors, codes: errors.map(({ extensions }) => extensions.code) };
  };
}

/** The service by itself, as the gateway sees it, on a port of its own and the stack's Kafka and database. */
export async function startOrders(stack: Stack, issuer: Issuer, instance: string) {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const environment = {
    ...databaseOf(stack, 'orders', 10),
    PATH: process.env['PATH'] ?? '',
    SERVICE_INSTANCE: instance,
    PORT: port,
    KAFKA_BROKERS: stack.kafkaBrokers,
    // Far from UTC, where times that are stored or read as local ones would show.
    TZ: 'America/New_York',
    JWKS_URL: issuer.url,
    GATEWAY_SIGNING_SECRET: stack.gatewaySigningSecret,
  };
  const child = spawn(process.execPath, [join(import.meta.dirname, '../src/main.ts')], {
    env: Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, String(value)])),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let seen = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (seen += String(chunk)));

  const isReady = () =>
    fetch(`${base}/health`).then(
      (response) => response.ok,
      () => false,
    );
  for (const deadline = Date.now() + 40_000; !(await isReady()); await delay(100)) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`orders did not become ready; it said:\n${seen}`);
    }
  }

  async function stop(): Promise<number | null> {
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    return child.exitCode;
  }

  return { base, pid: child.pid, execute: executeAt(base, stack), stop, log: () => seen };
}
export type RunningOrders = Awaited<ReturnType<typeof startOrders>>;
