import type { Dispatcher, Pool } from 'undici';
import type { UpstreamAnswer } from './upstream.ts';

/**
 * Posts a GraphQL request and gives its whole answer. Undici's `request` would make a stream of every answer and copy its
 * headers: a tenth of the gateway's time. Rejects with undici's error, or with the signal's reason once it is aborted.
 */
export function post(
  pool: Pool,
  request: { headers: Record<string, string>; body: string },
  signal: AbortSignal,
): Promise<UpstreamAnswer> {
  return new Promise((resolve, reject) => {
    let controller: Dispatcher.DispatchController | undefined;
    let status = 0;
    const chunks: Buffer[] = [];

    const abort = (): void => {
      const reason = signal.reason instanceof Error ? signal.reason : new Error('aborted');
      controller?.abort(reason);
      // One that still waits for a connection is aborted as soon as it gets one.
      reject(reason);
    };
    const done = (): void => signal.removeEventListener('abort', abort);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort);

    pool.dispatch(
      { method: 'POST', path: '/graphql', headers: request.headers, body: request.body },
      {
        onRequestStart(started) {
          controller = started;
          if (signal.aborted) abort();
        },
        onResponseStart(_controller, statusCode) {
          status = statusCode;
        },
        onResponseData(_controller, chunk) {
          chunks.push(chunk);
        },
        onResponseEnd() {
          done();
          const [only] = chunks;
          const body = chunks.length === 1 && only ? only : Buffer.concat(chunks);
          resolve({ status, body: body.toString('utf8') });
        },
        onResponseError(_controller, error) {
          done();
          reject(error);
        },
      },
    );
  });
}
