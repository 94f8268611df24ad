/**
 * How a request to a subgraph failed:
 * - `refused`: no connection came about, so the request was certainly not seen;
 * - `broken`: the connection ended before the answer, the request may have been executed;
 * - `timeout`: time ran out, the request may have been executed or be so later.
 */
export type Failure = 'refused' | 'broken' | 'timeout';

/** A mutation is repeated only if it certainly was not seen; nothing is repeated when the time is up. */
export function mayRepeat(failure: Failure, repeatable: boolean): boolean {
  return failure === 'refused' || (failure === 'broken' && repeatable);
}
