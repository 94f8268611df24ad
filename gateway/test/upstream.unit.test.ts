import type { RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from '@jest/globals';
import { UnavailableError } from '@ordermesh/chassis/errors';
import { createHealth } from '@ordermesh/chassis/health';
import { currentTraceId, withTrace } from '@ordermesh/chassis/trace';
import pino from 'pino';
import { createUpstream, type Upstream } from '../src/upstream.ts';
import { eventually, freePort, serve, stopServers } from './servers.ts';

const query = { headers: {}, body: '{}', repeatable: true };
const mutation = { headers: {}, body: '{}', repeatable: false };
const upstreams: Upstream[] = [];

afterEach(async () => {
  await Promise.all(upstreams.splice(0).map((upstream) => upstream.stop()));
  await stopServers();
});

function createTestUpstream(urls: string[], timeoutMs?: number) {
  const health = createHealth({ service: 'gateway', instance: 'gateway-1' });
  const logged: string[] = [];
  const mixin = () => ({ trace: currentTraceId() });
  const log = pino({ level: 'info', mixin }, { write: (line: string) => logged.push(line) });
  const upstream = createUpstream({ name: 'orders', urls, health, log, ...(timeoutMs && { timeoutMs }) });
  upstreams.push(upstream);
  return { upstream, health, logged, namesOf: (count: number) => namesOf(upstream, count) };
}

/** Which instances answered so many queries, by name. */
async function namesOf(upstream: Upstream, count: number): Promise<string[]> {
  const names: string[] = [];
  for (let sent = 0; sent < count; sent++) names.push((await upstream.send(query)).body);
  return names;
}

/** An instance that answers with its name, and is ready or not. */
function instance(name: string, port?: number, ready: () => boolean = () => true) {
  return serve((request, response) => {
    if (request.url === '/health') response.writeHead(ready() ? 200 : 503).end();
    else response.end(name);
  }, port);
}

/** An instance that counts the requests it got and deals with them as told; its health does not answer either. */
async function misbehaving(listener: RequestListener) {
  const seen = { requests: 0 };
  const { url } = await serve((request, response) => {
    if (request.method === 'POST') seen.requests++;
    request.resume();
    request.on('end', () => listener(request, response));
  });
  return { url, seen };
}
const breakConnection: RequestListener = (request) => request.socket.destroy();
const hang: RequestListener = () => undefined;

describe('several instances', () => {
  test('take requests in turn', async () => {
    const [a, b, c] = await Promise.all([instance('a'), instance('b'), instance('c')]);
    const { namesOf } = createTestUpstream([a.url, b.url, c.url]);
    expect(await namesOf(6)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  test('stand in for one that refuses connections, for mutations as well: it cannot have seen them', async () => {
    const gone = `http://127.0.0.1:${await freePort()}`;
    const b = await instance('b');
    const { upstream, namesOf } = createTestUpstream([gone, b.url]);
    expect((await upstream.send(mutation)).body).toBe('b');
    expect(await namesOf(4)).toEqual(['b', 'b', 'b', 'b']);
  });

  test('get back one that returned within a second, and no request is lost over it', async () => {
    const port = await freePort();
    const b = await instance('b');
    const { upstream } = createTestUpstream([`http://127.0.0.1:${port}`, b.url]);
    await upstream.send(query);
    const seen: string[] = [];
    await instance('a', port);
    const deadline = Date.now() + 1_000;
    while (!seen.includes('a') && Date.now() < deadline) {
      seen.push((await upstream.send(query)).body);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(seen).toContain('a');
  });

  test("are told of in nobody's trace, least of all in that of whoever opened the connection", async () => {
    const a = await misbehaving((request, response) =>
      request.method === 'GET' || request.headers['x-fail'] ? request.socket.destroy() : response.end('a'),
    );
    const b = await instance('b');
    const { upstream, logged } = createTestUpstream([a.url, b.url]);
    const withHeaders = (headers: Record<string, string>) => () => upstream.send({ ...query, headers });
    const trace = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;
    await withTrace(trace('a'), withHeaders({}));
    await withTrace(trace('a'), withHeaders({}));
    await withTrace(trace('b'), withHeaders({ 'x-fail': 'yes' }));
    await eventually(
      () => logged,
      () => logged.some((line) => line.includes('left out')),
      3_000,
    );
    expect(logged.filter((line) => line.includes('trace'))).toEqual([]);
  });

  test('stand in for one that hangs, after it cost one request its time', async () => {
    const a = await misbehaving(hang);
    const b = await instance('b');
    const { upstream, logged, namesOf } = createTestUpstream([a.url, b.url], 200);
    await expect(upstream.send(query)).rejects.toBeInstanceOf(UnavailableError);
    // Its health is asked for, and given a second to answer.
    await eventually(
      () => logged,
      () => logged.some((line) => line.includes('left out')),
      3_000,
    );
    expect(await namesOf(4)).toEqual(['b', 'b', 'b', 'b']);
  });

  test('do without one that is up but not ready, unless there is no other', async () => {
    const port = await freePort();
    const b = await instance('b');
    const { upstream, namesOf } = createTestUpstream([`http://127.0.0.1:${port}`, b.url]);
    await upstream.send(query);
    let probes = 0;
    await instance('a', port, () => ++probes === 0);
    await eventually(
      () => probes,
      () => probes >= 2,
      2_000,
    );
    expect(await namesOf(4)).toEqual(['b', 'b', 'b', 'b']);
    await b.stop();
    await upstream.send(query).catch(() => undefined);
    const seen: string[] = [];
    const ask = () =>
      void upstream.send(query).then(
        ({ body }) => seen.push(body),
        () => undefined,
      );
    await eventually(
      () => seen,
      () => (ask(), seen.includes('a')),
      2_000,
    );
  });
});

describe('a connection that breaks after the request was sent', () => {
  test('has a query repeated by another instance', async () => {
    const a = await misbehaving(breakConnection);
    const b = await instance('b');
    const { upstream } = createTestUpstream([a.url, b.url]);
    expect((await upstream.send(query)).body).toBe('b');
    expect(a.seen.requests).toBe(1);
  });

  test('never has a mutation repeated: it may have been executed', async () => {
    const a = await misbehaving(breakConnection);
    const b = await misbehaving((_request, response) => response.end('b'));
    const { upstream } = createTestUpstream([a.url, b.url]);
    await expect(upstream.send(mutation)).rejects.toBeInstanceOf(UnavailableError);
    expect([a.seen.requests, b.seen.requests]).toEqual([1, 0]);
  });

  test('has a query repeated once by an only instance', async () => {
    let broken = false;
    const a = await misbehaving((request, response) => {
      if (broken) response.end('a');
      else request.socket.destroy();
      broken = true;
    });
    const { upstream } = createTestUpstream([a.url]);
    expect((await upstream.send(query)).body).toBe('a');
    expect(a.seen.requests).toBe(2);
  });
});

describe('an only instance', () => {
  test('that hangs is given up after the time-out, and the request is not repeated', async () => {
    const a = await misbehaving(hang);
    const { upstream } = createTestUpstream([a.url], 150);
    const startedAt = Date.now();
    await expect(upstream.send(query)).rejects.toMatchObject({ message: 'no instance of orders answered' });
    expect(Date.now() - startedAt).toBeLessThan(1_000);
    expect(a.seen.requests).toBe(1);
  });

  test('that answers its headers and then hangs is given up as well', async () => {
    const a = await misbehaving((_request, response) => void response.writeHead(200).write('{'));
    const { upstream } = createTestUpstream([a.url], 150);
    await expect(upstream.send(query)).rejects.toBeInstanceOf(UnavailableError);
  });

  test('that is slow does not hold up the requests after it', async () => {
    const slow = Promise.withResolvers<undefined>();
    const a = await misbehaving((request, response) => {
      if (request.headers['x-slow']) void slow.promise.then(() => response.end('slow'));
      else response.end('quick');
    });
    const { upstream } = createTestUpstream([a.url]);
    const first = upstream.send({ ...query, headers: { 'x-slow': '1' } });
    const quick = await Promise.all(Array.from({ length: 20 }, () => upstream.send(query)));
    expect(quick.map(({ body }) => body)).toEqual(Array.from({ length: 20 }, () => 'quick'));
    slow.resolve(undefined);
    expect((await first).body).toBe('slow');
  });

  test('is used again soon after it came back, though every request before was refused', async () => {
    const port = await freePort();
    const { upstream } = createTestUpstream([`http://127.0.0.1:${port}`]);
    await expect(upstream.send(query)).rejects.toBeInstanceOf(UnavailableError);
    await instance('a', port);
    let answer = '';
    const ask = () =>
      void upstream.send(query).then(
        ({ body }) => (answer = body),
        () => undefined,
      );
    await eventually(
      () => answer,
      () => (ask(), answer === 'a'),
      1_000,
    );
  });
});

describe('readiness', () => {
  test('needs one instance that is ready', async () => {
    const gone = `http://127.0.0.1:${await freePort()}`;
    const starting = await instance('b', undefined, () => false);
    const missing = createTestUpstream([gone, starting.url]);
    expect(await missing.health.report()).toMatchObject({ status: 'degraded', missing: ['orders'] });
    const ready = await instance('c');
    const present = createTestUpstream([gone, ready.url]);
    expect(await present.health.report()).toMatchObject({ status: 'ready', missing: [] });
  });

  test('means that the next request is answered', async () => {
    const port = await freePort();
    const { upstream, health } = createTestUpstream([`http://127.0.0.1:${port}`]);
    await upstream.send(query).catch(() => undefined);
    await instance('a', port);
    expect((await health.report()).status).toBe('ready');
    expect((await upstream.send(query)).body).toBe('a');
  });
});
