// Operations that the gateway knows already, in front of subgraphs that fail, hang or dawdle.
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from '@jest/globals';
import { createHealth } from '@ordermesh/chassis/health';
import { createHttpServer } from '@ordermesh/chassis/http-server';
import type { Part } from '@ordermesh/chassis/service';
import pino from 'pino';
import { environment } from '../src/config.ts';
import { createFederation } from '../src/federation.ts';
import { createGraphqlEndpoint } from '../src/graphql-endpoint.ts';
import { createUpstream } from '../src/upstream.ts';
import { freePort, serve, stopServers } from './servers.ts';
import { createStandIn, signingSecret, verifier } from './stand-ins/stand-ins.ts';

/** Long enough for a busy machine to do a good deal in the meantime. */
const timeoutMs = 5_000;
const log = pino({ level: 'silent' });
const running: Part[] = [];
afterEach(async () => {
  for (const part of running.splice(0).toReversed()) await part.stop();
  await stopServers();
});

async function run<T extends Part>(part: T): Promise<T> {
  await part.start();
  running.push(part);
  return part;
}

/** A gateway whose catalogs can be told to hang or to refuse, in front of stand-ins. */
async function createShop() {
  const [users, catalogs, orders] = await Promise.all([
    createStandIn('users').then(run),
    createStandIn('catalogs').then(run),
    createStandIn('orders').then(run),
  ]);
  const seen: string[] = [];
  let mood: 'fine' | 'hanging' | 'failing' = 'fine';
  const front = await serve(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    seen.push(body);
    if (mood === 'hanging') return;
    if (mood === 'failing') return void response.writeHead(503).end();
    const headers = Object.fromEntries(
      ['content-type', 'authorization', 'traceparent', 'x-gateway-signature'].flatMap((name) => {
        const value = request.headers[name];
        return typeof value === 'string' ? [[name, value]] : [];
      }),
    );
    const answer = await fetch(`${catalogs.url}/graphql`, { method: 'POST', headers, body });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  const health = createHealth({ service: 'gateway', instance: 'gateway-1' });
  const upstreams = await Promise.all(
    Object.entries({ users: users.url, catalogs: front.url, orders: orders.url }).map(([name, url]) =>
      run(createUpstream({ name, urls: [url], health, log, timeoutMs })),
    ),
  );
  const supergraphSdl = readFileSync(environment.shape.SUPERGRAPH.parse(undefined), 'utf8');
  const federation = await run(
    createFederation({ supergraphSdl, upstreams, signingSecret, development: false, log }),
  );
  const ways: string[] = [];
  const compiledPlans: typeof federation.compiledPlans = {
    ...federation.compiledPlans,
    answer: async (...request) => {
      const answer = await federation.compiledPlans.answer(...request);
      ways.push(answer ? (answer.earlier ? 'handed over' : 'compiled') : 'left to Apollo');
      return answer;
    },
  };
  const port = await freePort();
  const graphql = createGraphqlEndpoint({ apollo: federation.apollo, compiledPlans, verifier, log });
  await run(createHttpServer({ host: '127.0.0.1', port, routes: { '/graphql': graphql }, health, log }));

  async function ask(query: string, accept = '*/*') {
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer ada', accept },
      body: JSON.stringify({ query }),
    });
    const body = await response.text();
    return {
      body,
      status: response.status,
      headers: response.headers,
      way: ways.at(-1),
    };
  }
  return {
    ask,
    seen,
    counts: { users: users.counts, orders: orders.counts },
    become: (next: typeof mood) => (mood = next),
  };
}

const page = '{ me { id orders(first: 20) { nodes { id product { id name } } } } }';

describe('an operation that the gateway knows', () => {
  test('is answered with the same bytes and headers as the first time', async () => {
    const { ask } = await createShop();
    for (const accept of [
      '*/*',
      'application/json',
      'application/graphql-response+json, application/json;q=0.9',
    ]) {
      const first = await ask(page, accept);
      const second = await ask(page, accept);
      expect([first.way, second.way].at(-1)).toBe('compiled');
      expect(second.body).toBe(first.body);
      expect(second.status).toBe(first.status);
      const names = (headers: Headers) => [...headers.keys()].sort();
      expect(names(second.headers)).toEqual(names(first.headers));
      expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
      expect(second.headers.get('content-length')).toBe(first.headers.get('content-length'));
    }
  });

  test('gives partial data while a subgraph is down, having asked the others once', async () => {
    const { ask, counts, become } = await createShop();
    await ask(page);
    await ask(page);
    become('failing');
    const before = { ...counts.orders };
    const { body, way } = await ask(page);
    expect(way).toBe('handed over');
    const { data, errors } = JSON.parse(body);
    expect(data.me.orders.nodes[0]).toEqual({ id: '0', product: null });
    expect(errors.map((error: { extensions: { code: string } }) => error.extensions.code)).toEqual([
      'SERVICE_UNAVAILABLE',
    ]);
    expect(counts.orders.requests - before.requests).toBe(1);
    become('fine');
    expect((await ask(page)).way).toBe('compiled');
  });

  test('gives partial data when a subgraph hangs, after its time-out, which is waited for once', async () => {
    const { ask, seen, become } = await createShop();
    await ask(page);
    await ask(page);
    become('hanging');
    seen.splice(0);
    const { body, way } = await ask(page);
    expect(way).toBe('handed over');
    expect(JSON.parse(body).data.me.orders.nodes[0]).toEqual({ id: '0', product: null });
    expect(JSON.parse(body).errors[0].extensions.code).toBe('SERVICE_UNAVAILABLE');
    expect(seen).toHaveLength(1);
  });

  test('does not wait behind one that hangs', async () => {
    const { ask, become } = await createShop();
    const quick = '{ me { id orders(first: 2) { nodes { id } } } }';
    for (const query of [page, page, quick, quick]) await ask(query);
    become('hanging');
    const done: string[] = [];
    const slow = Promise.all([1, 2, 3, 4].map(() => ask(page).then(() => done.push('slow'))));
    for (let count = 0; count < 5; count++) {
      expect((await ask(quick)).way).toBeDefined();
      done.push('quick');
    }
    expect(done).not.toContain('slow');
    await slow;
  });
});
