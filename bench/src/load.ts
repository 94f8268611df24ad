import { once } from 'node:events';
import { connect } from 'node:net';
import { createMessageReader } from './http-messages.ts';

export type Load = {
  port: number;
  headers: Record<string, string>;
  /** The requests' bodies, sent in rotation. */
  bodies: string[];
  clients: number;
  seconds: number;
  /** Whether this answer to the body at `index` is right. */
  isRight: (index: number, body: Buffer) => boolean;
};
export type LoadResult = {
  /** Right answers. */
  answers: number;
  wrong: number;
  seconds: number;
  /** Milliseconds from sending a request to its whole answer, ascending. */
  latencies: Float64Array;
};

function toRequest(port: number, headers: Record<string, string>, body: string): Buffer {
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    'content-type': 'application/json',
    accept: 'application/json',
    ...headers,
    'content-length': String(Buffer.byteLength(body)),
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`POST /graphql HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}

/** Each client sends its next request when the last one is answered, for as long as it is told (a closed loop). */
export async function runLoad(load: Load): Promise<LoadResult> {
  const { port, headers, bodies, clients, seconds, isRight } = load;
  const requests = bodies.map((body) => toRequest(port, headers, body));
  const latencies: number[] = [];
  let [turn, wrong] = [0, 0];
  const begun = performance.now();
  const end = begun + seconds * 1_000;

  const client = async () => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    let [index, sentAt] = [0, 0];
    const sendNext = () => {
      sentAt = performance.now();
      if (sentAt >= end) return socket.end();
      index = turn++ % requests.length;
      return socket.write(requests[index] ?? Buffer.alloc(0));
    };
    socket.on(
      'data',
      createMessageReader((head, body) => {
        latencies.push(performance.now() - sentAt);
        if (!head.startsWith('HTTP/1.1 200') || !isRight(index, body)) wrong++;
        sendNext();
      }),
    );
    sendNext();
    await once(socket, 'close');
  };
  await Promise.all(Array.from({ length: clients }, client));
  return {
    answers: latencies.length - wrong,
    wrong,
    seconds: (performance.now() - begun) / 1_000,
    latencies: Float64Array.from(latencies).sort(),
  };
}
