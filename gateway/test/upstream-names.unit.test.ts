import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from '@jest/globals';
import { createHealth } from '@ordermesh/chassis/health';
import pino from 'pino';
import { resolveHost, type Resolve } from '../src/addresses.ts';
import { createUpstream, type Upstream } from '../src/upstream.ts';
import { eventually, freePort, serve, stopServers } from './servers.ts';

const query = { headers: {}, body: '{}', repeatable: true };
let upstream: Upstream;

afterEach(async () => {
  await upstream.stop();
  await stopServers();
});

async function started(url: string, resolve: Resolve): Promise<Upstream> {
  const health = createHealth({ service: 'gateway', instance: 'gateway-1' });
  upstream = createUpstream({ name: 'orders', urls: [url], health, log: pino({ level: 'silent' }), resolve });
  await upstream.start();
  return upstream;
}

/** Each answers with its address and the host that it was asked as. */
const instance = (address: string, port: number, ready: () => boolean = () => true) =>
  serve(
    (request, response) => {
      if (request.url === '/health') response.writeHead(ready() ? 200 : 503).end();
      else response.end(`${address} as ${request.headers.host}`);
    },
    port,
    address,
  );

async function answers(count: number): Promise<string[]> {
  const seen: string[] = [];
  for (let sent = 0; sent < count; sent++) seen.push((await upstream.send(query)).body);
  return seen;
}

test('a name with several addresses is as many instances, each asked as that name', async () => {
  const port = await freePort();
  await instance('127.0.0.2', port);
  await instance('127.0.0.3', port);
  await started(`http://orders.test:${port}`, () => Promise.resolve(['127.0.0.2', '127.0.0.3']));
  const [two, three] = ['127.0.0.2', '127.0.0.3'].map((address) => `${address} as orders.test:${port}`);
  expect(await answers(4)).toEqual([two, three, two, three]);
});

test('an address that is added gets requests once it is ready, one that is gone gets none', async () => {
  const port = await freePort();
  let ready = false;
  let addresses = ['127.0.0.2'];
  await instance('127.0.0.2', port);
  await instance('127.0.0.3', port, () => ready);
  await started(`http://orders.test:${port}`, () => Promise.resolve(addresses));
  const seen: string[] = [];
  let asking = true;
  const asked = (async () => {
    for (; asking; await delay(10)) seen.push(...(await answers(1)));
  })();
  try {
    addresses = ['127.0.0.2', '127.0.0.3'];
    await delay(1_500);
    expect(seen.filter((body) => body.startsWith('127.0.0.3'))).toEqual([]);
    ready = true;
    const reached = () => seen.slice(-2).some((body) => body.startsWith('127.0.0.3'));
    await eventually(() => seen, reached, 2_000);
    addresses = ['127.0.0.3'];
    const left = () => seen.slice(-10).every((body) => body.startsWith('127.0.0.3'));
    await eventually(() => seen, left, 3_000);
  } finally {
    asking = false;
    await asked;
  }
});

test('while the name cannot be resolved, the addresses known so far serve on', async () => {
  const port = await freePort();
  await instance('127.0.0.2', port);
  let resolved = 0;
  await started(`http://orders.test:${port}`, () =>
    resolved++ === 0 ? Promise.resolve(['127.0.0.2']) : Promise.reject(new Error('EAI_AGAIN')),
  );
  await eventually(
    () => resolved,
    () => resolved > 1,
    3_000,
  );
  expect(await answers(1)).toEqual([`127.0.0.2 as orders.test:${port}`]);
});

test('a name that nobody knows yet makes the subgraph unavailable until it is known', async () => {
  const port = await freePort();
  await instance('127.0.0.2', port);
  let known = false;
  await started(`http://orders.test:${port}`, () =>
    known ? Promise.resolve(['127.0.0.2']) : Promise.reject(new Error('ENOTFOUND')),
  );
  await expect(upstream.send(query)).rejects.toThrow('no instance of orders answered');
  known = true;
  let answered = false;
  const ask = setInterval(
    () =>
      void upstream.send(query).then(
        () => (answered = true),
        () => undefined,
      ),
    20,
  );
  await eventually(
    () => answered,
    () => answered,
    3_000,
  ).finally(() => clearInterval(ask));
});

test('the system resolves a name to addresses of one family', async () => {
  expect(await resolveHost('localhost')).toEqual(['127.0.0.1']);
});
