// Stands between any gateway and the real subgraphs, which answer only requests with a token that is signed by the gateway
// that they know: sends each request on with both. One connection to the subgraph for each from the gateway. Run as
// `node signing-front.ts PORT=SUBGRAPH_PORT…` with SIGNING_SECRET and TOKEN.
import { createHmac } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { createMessageReader } from '../http-messages.ts';

const { SIGNING_SECRET: secret = '', TOKEN: token = '' } = process.env;
const authorization = `Bearer ${token}`;

function signed(body: Buffer): string {
  const now = Date.now();
  const signature = createHmac('sha256', secret)
    .update(`${now}.${authorization}.`)
    .update(body)
    .digest('hex');
  const lines = [
    'POST /graphql HTTP/1.1',
    'host: subgraph',
    'content-type: application/json',
    `authorization: ${authorization}`,
    `x-gateway-signature: t=${now},v1=${signature}`,
    `content-length: ${body.length}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function listen(port: number, subgraphPort: number): void {
  createServer({ noDelay: true }, (socket) => {
    const subgraph = connect({ port: subgraphPort, host: '127.0.0.1', noDelay: true });
    const end = () => {
      socket.destroy();
      subgraph.destroy();
    };
    for (const each of [socket, subgraph]) each.on('error', end).on('close', end);
    subgraph.pipe(socket);
    socket.on(
      'data',
      createMessageReader((head, body) => {
        if (head.startsWith('GET')) subgraph.write('GET /health HTTP/1.1\r\nhost: subgraph\r\n\r\n');
        else subgraph.write(Buffer.concat([Buffer.from(signed(body)), body]));
      }),
    );
  }).listen(port, '127.0.0.1');
}

for (const pair of process.argv.slice(2)) {
  const [port = 0, subgraphPort = 0] = pair.split('=').map(Number);
  listen(port, subgraphPort);
}
