/**
 * How a request to a subgraph failed:
 * - `refused`: no connection came about, so the request was certainly not seen;
 * - `broken`: the connection ended before the answer, the request may have been executed;
 * - `timeout`: time ran out, the request may have been executed or be so later.
 */
export type Failure = 'refused' | 'broken' | 'timeout';

const neverConnected = [
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
];

export function failureOf(error: unknown, deadline: AbortSignal): Failure {
  if (deadline.aborted) return 'timeout';
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && neverConnected.includes(code) ? 'refused' : 'broken';
}

/** A mutation is repeated only if it certainly was not seen; nothing is repeated when the time is up. */
export function mayRepeat(failure: Failure, repeatable: boolean): boolean {
  return failure === 'refused' || (failure === 'broken' && repeatable);
}
