import { createServer, type Server, type Socket } from 'node:net';
import { createConnectionPool } from '../../src/upstream-http/connection-pool.ts';
import type { Open } from '../../src/upstream-http/connection.ts';
import type { Failure } from '../../src/upstream-failure.ts';
import { openTo } from '../../src/upstream-http/open.ts';

export type Asked = { socket: Socket; body: string; connection: number; id: string };
type Pool = ReturnType<typeof createConnectionPool>;

const servers: Server[] = [];
const sockets = new Set<Socket>();
const pools: Pool[] = [];

/** A server that does with each request what it is told, byte for byte: right or wrong. */
export async function serveRaw(
  onRequest: (asked: Asked) => void,
  { onConnection }: { onConnection?: (socket: Socket, connection: number) => void } = {},
) {
  const seen: { body: string; connection: number }[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    let text = '';
    socket.setNoDelay();
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
      for (;;) {
        const end = text.indexOf('\r\n\r\n');
        if (end < 0) return;
        const id = /x-gateway-request: (\w+)/.exec(text.slice(0, end))?.[1] ?? '';
        const length = Number(/content-length: (\d+)/.exec(text.slice(0, end))?.[1] ?? 0);
        if (text.length < end + 4 + length) return;
        const body = text.slice(end + 4, end + 4 + length);
        text = text.slice(end + 4 + length);
        seen.push({ body, connection });
        onRequest({ socket, body, connection, id });
      }
    });
    onConnection?.(socket, connection);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, seen, connections: () => connections };
}

export const ok = (body: string, more = ''): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${more}\r\n${body}`;

export type Result = { status: number; body: string } | Failure;

/** A client of the server at `port`; `ask` gives the answer or how it failed. */
export function createClient(
  port: number,
  {
    maxConnections = 8,
    open = openTo(`http://127.0.0.1:${port}`, '127.0.0.1'),
  }: { maxConnections?: number; open?: Open } = {},
) {
  const pool = createConnectionPool({
    host: 'test',
    open,
    maxConnections,
    limits: { head: 1_000, body: 100_000 },
  });
  pools.push(pool);
  const send = (body: string, repeatable: boolean, withinMs: number): Promise<Result> =>
    new Promise((resolve) =>
      pool.send(
        { method: 'POST', path: '/', headers: {}, body, repeatable, deadline: performance.now() + withinMs },
        ({ status, body: answer }) => resolve({ status, body: answer }),
        resolve,
      ),
    );
  return {
    pool,
    query: (body = 'q', withinMs = 5_000) => send(body, true, withinMs),
    mutation: (body = 'm', withinMs = 5_000) => send(body, false, withinMs),
  };
}

export async function endAll(): Promise<void> {
  for (const pool of pools.splice(0)) pool.destroy();
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
}
