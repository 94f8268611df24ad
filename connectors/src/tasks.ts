import type { BackOff } from './back-off.ts';
import type { Connect, Connector } from './connect.ts';
import { Refused, Unavailable } from './connect.ts';

/** Paused or stopped on purpose: to be left so. */
export const isHalted = ({ state }: Connector) => state === 'PAUSED' || state === 'STOPPED';

/** Whether the connector and every task of it run; one whose tasks are not there yet does not. */
export const isRunning = ({ state, tasks }: Connector) =>
  state === 'RUNNING' && tasks.length > 0 && tasks.every((task) => task.state === 'RUNNING');

export const hasFailed = ({ state, tasks }: Connector) =>
  state === 'FAILED' || tasks.some((task) => task.state === 'FAILED');

/** Why a connector does not run: the root cause of the first of its failures. */
export const causeOf = ({ cause, tasks }: Connector) =>
  cause ?? tasks.find((task) => task.state === 'FAILED')?.cause;

/** State in words: `task 0 FAILED: IllegalStateException: …`, `no task yet`. */
export function describe(connector: Connector): string {
  const { state, cause, tasks } = connector;
  if (state !== 'RUNNING') return cause ? `${state}: ${cause}` : state;
  if (tasks.length === 0) return 'no task yet';
  return tasks
    .filter((task) => task.state !== 'RUNNING' || tasks.length === 1)
    .map((task) => `task ${task.id} ${task.state}${task.cause ? `: ${task.cause}` : ''}`)
    .join(', ');
}

/**
 * Restarts a connector and those of its tasks that FAILED, when its back-off allows.
 * @returns the delay in milliseconds until the next attempt, should it fail again; undefined when nothing was done
 */
export async function restartFailed(
  connect: Connect,
  connector: Connector,
  backOff: BackOff,
): Promise<number | undefined> {
  const now = Date.now();
  if (isRunning(connector)) backOff.works(connector.name, now);
  if (isHalted(connector) || !hasFailed(connector) || !backOff.due(connector.name, now)) return undefined;
  const delay = backOff.attempted(connector.name, now);
  try {
    await connect.restart(connector.name, { onlyFailed: true });
  } catch (error) {
    // Deleted meanwhile, or the workers rebalance: the next look will tell.
    if (!(error instanceof Unavailable) && !(error instanceof Refused)) throw error;
  }
  return delay;
}
