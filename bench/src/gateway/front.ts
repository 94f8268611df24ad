// Answers subgraph requests from memory, so that the gateway is what is measured: a body that was seen before gets the
// bytes that it got then. One port per subgraph. Run as `node front.ts PORT_OF_USERS PORT_OF_CATALOGS PORT_OF_ORDERS`.
import { createServer } from 'node:net';
import { createMessageReader } from '../http-messages.ts';
import { createStandInSubgraphs } from './stand-in-subgraphs.ts';

const answer = createStandInSubgraphs();

function toResponse(body: string): Buffer {
  const length = Buffer.byteLength(body);
  return Buffer.from(
    `HTTP/1.1 200 OK\r\ncontent-type: application/json; charset=utf-8\r\ncontent-length: ${length}\r\n\r\n${body}`,
  );
}

function listen(subgraph: string, port: number): void {
  const stored = new Map<string, Buffer>();
  createServer({ noDelay: true }, (socket) => {
    // Requests may be pipelined: answers go out in the order of the requests.
    let before = Promise.resolve();
    let waiting = 0;
    const respond = async (key: string, body: Buffer): Promise<Buffer> => {
      const made = toResponse(await answer(subgraph, body.toString()));
      stored.set(key, made);
      return made;
    };
    socket.on(
      'data',
      createMessageReader((head, body) => {
        if (head.startsWith('GET')) return void socket.write(toResponse('{"status":"ready"}'));
        const key = body.toString('latin1');
        const known = stored.get(key);
        if (known && waiting === 0) return void socket.write(known);
        waiting++;
        before = before.then(async () => {
          socket.write(known ?? (await respond(key, body)));
          waiting--;
        });
      }),
    );
    socket.on('error', () => socket.destroy());
  }).listen(port, '127.0.0.1');
}

const [users, catalogs, orders] = process.argv.slice(2).map(Number);
for (const [subgraph, port] of Object.entries({ users, catalogs, orders })) if (port) listen(subgraph, port);
