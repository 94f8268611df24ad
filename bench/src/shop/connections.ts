import { once } from 'node:events';
import { connect } from 'node:net';
import { createMessageReader } from '../http-messages.ts';

export type Answer = { ok: boolean; body: Buffer };

/** One keep-alive connection of a client, that has one request on its way at a time. */
export async function openConnection(port: number) {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  let waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  const fail = (error: Error) => waiting?.reject(error);
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the gateway closed the connection')));
  socket.on(
    'data',
    createMessageReader((head, body) => {
      const { resolve } = waiting ?? {};
      waiting = undefined;
      resolve?.({ ok: head.startsWith('HTTP/1.1 200'), body });
    }),
  );
  return {
    /** Whether the server has not closed it, as it may while nothing is asked. */
    isOpen: () => socket.readyState === 'open',
    send: (request: Buffer): Promise<Answer> =>
      new Promise((resolve, reject) => {
        // Of one that is closed already nothing more would be heard.
        if (socket.readyState !== 'open') return reject(new Error('the gateway has closed the connection'));
        waiting = { resolve, reject };
        socket.write(request);
      }),
    close: () => socket.destroy(),
  };
}
export type Connection = Awaited<ReturnType<typeof openConnection>>;
