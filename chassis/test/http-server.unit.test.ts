import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createHealth } from '@ordermesh/chassis/health';
import { createHttpServer, sendJson, type Handler } from '@ordermesh/chassis/http-server';
import { readBody } from '@ordermesh/chassis/request-body';
import pino from 'pino';
import { freePort } from './support/free-port.ts';

const agent = new Agent({ keepAlive: true });
afterEach(() => agent.destroy());

async function serve(routes: Record<string, Handler>) {
  const port = await freePort();
  const health = createHealth({ service: 'test', instance: 'test-1' });
  const logged: string[] = [];
  const server = createHttpServer({
    host: '127.0.0.1',
    port,
    routes,
    health,
    log: pino({ level: 'error' }, { write: (line: string) => logged.push(line) }),
  });
  await server.start();
  const send = (path: string, body?: string) =>
    new Promise<{ status: number | undefined; connection: string | undefined; body: string }>(
      (resolve, reject) => {
        const method = body === undefined ? 'GET' : 'POST';
        const sent = request({ host: '127.0.0.1', port, path, method, agent }, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () =>
            resolve({ status: response.statusCode, connection: response.headers.connection, body: text }),
          );
        });
        sent.on('error', reject);
        sent.end(body);
      },
    );
  return { server, health, send, port, logged };
}

test('stopping finishes what was begun and is not held up by connections that are kept alive', async () => {
  const gate = Promise.withResolvers<undefined>();
  const arrived = Promise.withResolvers<undefined>();
  const { server, send } = await serve({
    '/slow': async (_request, response) => {
      arrived.resolve(undefined);
      await gate.promise;
      sendJson(response, 200, 'done');
    },
    '/quick': (_request, response) => sendJson(response, 200, 'done'),
  });
  await send('/quick');
  const slow = send('/slow');
  await arrived.promise;
  const stopped = server.stop();
  gate.resolve(undefined);
  expect(await slow).toMatchObject({ status: 200, connection: 'close', body: '"done"' });
  await stopped;
}, 5_000);

test('stopping is not held up by a connection on which nothing was ever sent', async () => {
  const { server, port } = await serve({});
  const silent = connect(port, '127.0.0.1');
  const closed = once(silent, 'close');
  await once(silent, 'connect');
  await server.stop();
  await closed;
}, 5_000);

test('health names what is missing; live says that the process is there', async () => {
  const { server, health, send } = await serve({});
  health.add('database', () => false);
  expect(await send('/health')).toMatchObject({ status: 503, body: expect.stringContaining('["database"]') });
  expect(await send('/health/live')).toMatchObject({ status: 200 });
  await server.stop();
});

test.each([
  ['with a slash at its end', '/echo/', 200],
  ['with a slash before its query', '/echo/?a=b', 200],
  ['in absolute-form', 'http://shop.example/echo', 200],
  ['in absolute-form with port and query', 'http://shop.example:4000/echo?a=/b', 200],
  ['in absolute-form with a slash at its end', 'https://shop.example/echo/', 200],
  ['with two slashes at its end', '/echo//', 404],
  ['with two slashes at its beginning', '//echo', 404],
  ['in absolute-form without a path', 'http://shop.example', 404],
  ['that is no URL', 'http://[shop/echo', 404],
  ['of the server as a whole', '*', 404],
])('a target %s is found, or refused with what there is', async (_how, target, status) => {
  const { server, send } = await serve({ '/echo': (_request, response) => sendJson(response, 200, 'here') });
  const answer = await send(target);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatch(status === 200 ? '"here"' : /nothing here; try .*\/echo/);
  await server.stop();
});

test('health is found with a slash at its end and in absolute-form', async () => {
  const { server, send } = await serve({});
  for (const target of ['/health/', 'http://shop.example/health', '/health/live/'])
    expect((await send(target)).status).toBe(200);
  await server.stop();
});

test('a body beyond 1 MiB is refused as the client’s mistake', async () => {
  const { server, send } = await serve({
    '/echo': async (incoming, response) => sendJson(response, 200, (await readBody(incoming)).length),
  });
  expect(await send('/echo', 'x'.repeat(1_048_576))).toMatchObject({ status: 200, body: '1048576' });
  const refused = await send('/echo', 'x'.repeat(5_000_000));
  expect(refused).toMatchObject({ status: 413, body: expect.stringContaining('BAD_USER_INPUT') });
  await server.stop();
});

test('a client that leaves in the middle of its body is no error in the log', async () => {
  const reading = Promise.withResolvers<undefined>();
  const failed = Promise.withResolvers<undefined>();
  const { server, port, logged } = await serve({
    '/echo': (incoming) => {
      reading.resolve(undefined);
      incoming.once('error', () => failed.resolve(undefined));
      return readBody(incoming).then(() => undefined);
    },
  });
  const client = connect(port, '127.0.0.1');
  client.write('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nnot all of it');
  await reading.promise;
  client.destroy();
  await failed.promise;
  await server.stop();
  expect(logged).toEqual([]);
}, 5_000);

test('a client that leaves before its body is read is not waited for', async () => {
  const left = Promise.withResolvers<undefined>();
  const reading = Promise.withResolvers<string>();
  const { server, port } = await serve({
    '/echo': async (incoming, response) => {
      incoming.once('close', () => left.resolve(undefined));
      client.destroy();
      await left.promise;
      readBody(incoming).then(reading.resolve, reading.reject);
      response.end();
    },
  });
  const client = connect(port, '127.0.0.1');
  client.write('POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\nnot all of it');
  await expect(reading.promise).rejects.toThrow('the client left');
  await server.stop();
}, 5_000);
