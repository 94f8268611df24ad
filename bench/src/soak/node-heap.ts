import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

/** Where Node's inspector listens when a process is sent SIGUSR1 and was told nothing else. */
const inspector = 'http://127.0.0.1:9229/json/list';
const withinMs = 10_000;

const targets = z.tuple([z.looseObject({ webSocketDebuggerUrl: z.string() })]);
const evaluated = z.looseObject({
  id: z.number(),
  result: z.looseObject({ result: z.looseObject({ value: z.string() }) }),
});

const tell = `(() => { const { heapUsed, external } = process.memoryUsage(); return process.pid + ' ' + (heapUsed + external); })()`;
/** Not before whoever asks for it has hung up: closed under a connection, Node now and then dies of it (SIGSEGV). */
const close = `setTimeout(() => process.getBuiltinModule('node:inspector').close(), 500), ''`;

/**
 * Bytes that JavaScript holds in a Node process after a full collection, buffers included; its inspector is opened for
 * it, and closed again.
 */
export async function nodeHeapAfterCollection(pid: number): Promise<number> {
  process.kill(pid, 'SIGUSR1');
  const socket = new WebSocket(await untilOpen());
  await once(socket, 'open');
  try {
    await ask(socket, 1, 'HeapProfiler.collectGarbage');
    const answer = evaluated.parse(await ask(socket, 2, 'Runtime.evaluate', { expression: tell }));
    const [who, bytes] = answer.result.result.value.split(' ').map(Number);
    if (who !== pid || bytes === undefined)
      throw new Error(`the inspector is that of process ${who}, not ${pid}`);
    return bytes;
  } finally {
    await ask(socket, 3, 'Runtime.evaluate', { expression: close });
    const hungUp = once(socket, 'close');
    socket.close();
    await hungUp;
    await untilClosed();
  }
}

function ask(socket: WebSocket, id: number, method: string, params: object = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const late = AbortSignal.timeout(withinMs);
    late.addEventListener('abort', () => reject(new Error(`the inspector does not answer ${method}`)));
    const listen = ({ data }: MessageEvent): void => {
      const answer: unknown = JSON.parse(String(data));
      if (z.looseObject({ id: z.literal(id) }).safeParse(answer).success) {
        socket.removeEventListener('message', listen);
        resolve(answer);
      }
    };
    socket.addEventListener('message', listen);
    socket.send(JSON.stringify({ id, method, params }));
  });
}

const look = () =>
  fetch(inspector, { signal: AbortSignal.timeout(1_000) }).then((response) => response.json());

async function untilOpen(): Promise<string> {
  for (const end = Date.now() + withinMs; ; await delay(50)) {
    const found = targets.safeParse(await look().catch(() => undefined));
    if (found.success) return found.data[0].webSocketDebuggerUrl;
    if (Date.now() > end) throw new Error(`no inspector at ${inspector} within ${withinMs} ms`);
  }
}

/** The next process can only have it when this one has let go of it. */
async function untilClosed(): Promise<void> {
  for (const end = Date.now() + withinMs; Date.now() < end; await delay(50)) {
    const isClosed = await look().then(
      () => false,
      () => true,
    );
    if (isClosed) return;
  }
  throw new Error('the inspector does not close');
}
