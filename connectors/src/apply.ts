import { setTimeout as sleep } from 'node:timers/promises';
import { createBackOff } from './back-off.ts';
import { patiently, Refused } from './connect.ts';
import type { Connect, Connector, Patience } from './connect.ts';
import { readDefinitions } from './definitions.ts';
import { Failure } from './failure.ts';
import { configOf, conflictMessage, planChanges } from './plan.ts';
import type { Plan } from './plan.ts';
import { describe, isHalted, isRunning, restartFailed } from './tasks.ts';

export type Applied = {
  created: string[];
  updated: string[];
  deleted: string[];
  unchanged: string[];
  /** Found paused or stopped, and left so. */
  halted: string[];
  /** The defined connectors as they are now. */
  connectors: Connector[];
};

type Options = {
  connect: Connect;
  /** Folder of the definitions; by default connectors/definitions. */
  definitions?: string;
  /** Milliseconds for everything together. */
  timeout?: number;
  progress?: (line: string) => void;
  signal?: AbortSignal;
};

const lookEvery = 300;
/** After a change, a task has to be seen running for so long: Connect shows a task's former state for a moment. */
const settled = 1000;

/**
 * Makes the managed connectors what the definitions say and waits until every task of theirs runs, restarting those that
 * FAILED. Idempotent; touches nothing that lacks its marker.
 * @throws Failure when a definition is wrong, Connect is away or refuses, or a task does not run in time (with its root cause)
 */
export async function apply(options: Options): Promise<Applied> {
  const { connect, signal, timeout = 120_000, progress = () => undefined } = options;
  const desired = readDefinitions(options.definitions);
  const patience: Patience = { deadline: Date.now() + timeout, progress, signal };

  const actual = await patiently(connect, () => connect.connectors(5000), patience);
  const plan = planChanges(desired, actual);
  if (plan.conflicts.length > 0) throw new Failure(conflictMessage(plan.conflicts));
  await change(connect, plan, patience);
  const names = new Set(desired.map(({ name }) => name));
  const changed = plan.create.length + plan.update.length > 0;
  const connectors = await untilRunning(connect, names, changed, patience);
  return {
    created: plan.create.map(({ name }) => name),
    updated: plan.update.map(({ name }) => name),
    deleted: plan.remove,
    unchanged: plan.unchanged,
    halted: connectors.filter(isHalted).map(({ name }) => name),
    connectors,
  };
}

async function change(connect: Connect, plan: Plan, patience: Patience): Promise<void> {
  for (const name of plan.remove) {
    patience.progress(`deleting ${name}, which is no longer defined`);
    await patiently(connect, () => ignoreMissing(connect.remove(name)), patience);
  }
  for (const { name } of plan.create) patience.progress(`creating ${name}`);
  for (const { name, changed } of plan.update) patience.progress(`updating ${name} (${changed.join(', ')})`);
  // At once: a worker that has just started takes seconds to load the classes of each.
  await Promise.all(
    [...plan.create, ...plan.update].map((each) => put(connect, each.name, configOf(each), patience)),
  );
}

/** A connector that cannot reach its database refuses its configuration: that passes, unlike the other mistakes. */
const mayPass = ({ status, message }: Refused) => status === 400 && /unable to connect/i.test(message);

async function put(
  connect: Connect,
  name: string,
  config: Record<string, string>,
  patience: Patience,
): Promise<void> {
  for (let said = ''; ;) {
    try {
      await patiently(connect, () => connect.put(name, config), patience);
      return;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const line = `${name}: Kafka Connect refuses its configuration: ${error.message}`;
      if (!mayPass(error) || Date.now() + settled > patience.deadline)
        throw new Failure(line, { cause: error });
      if (line !== said) patience.progress(`${line}; trying again`);
      said = line;
      await sleep(settled, undefined, { signal: patience.signal });
    }
  }
}

async function untilRunning(
  connect: Connect,
  names: Set<string>,
  changed: boolean,
  patience: Patience,
): Promise<Connector[]> {
  const backOff = createBackOff();
  const said = new Map<string, string>();
  let runningSince: number | undefined;
  for (;;) {
    const all = await patiently(connect, () => connect.connectors(), patience);
    const connectors = all.filter(({ name }) => names.has(name));
    const waiting = connectors.filter((connector) => !isHalted(connector) && !isRunning(connector));
    const missing = [...names].filter((name) => !connectors.some((connector) => connector.name === name));
    const now = Date.now();
    if (waiting.length === 0 && missing.length === 0) {
      runningSince ??= now;
      if (!changed || now - runningSince >= settled) return connectors;
    } else runningSince = undefined;
    if (now > patience.deadline)
      throw new Failure(
        `not every task runs: ${[...waiting.map(stateLine), ...missing.map((name) => `${name}: missing`)].join('; ')}`,
      );
    for (const connector of waiting) {
      const line = stateLine(connector);
      if (said.get(connector.name) !== line) patience.progress(line);
      said.set(connector.name, line);
      const delay = await restartFailed(connect, connector, backOff);
      if (delay !== undefined) patience.progress(`restarting ${connector.name}`);
    }
    await sleep(lookEvery, undefined, { signal: patience.signal });
  }
}

const stateLine = (connector: Connector) => `${connector.name}: ${describe(connector)}`;

export async function ignoreMissing(removal: Promise<unknown>): Promise<void> {
  try {
    await removal;
  } catch (error) {
    if (!(error instanceof Refused && error.status === 404)) throw error;
  }
}
