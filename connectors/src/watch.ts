import { setTimeout as sleep } from 'node:timers/promises';
import { ignoreMissing } from './apply.ts';
import { createBackOff } from './back-off.ts';
import { Refused, Unavailable } from './connect.ts';
import type { Connect, Connector } from './connect.ts';
import { readDefinitions } from './definitions.ts';
import { Failure } from './failure.ts';
import { configOf, conflictMessage, planChanges } from './plan.ts';
import type { Plan } from './plan.ts';
import { describe, hasFailed, restartFailed } from './tasks.ts';

/** Is told what the watch sees and does. */
export type Observer = {
  saw: (connectors: Connector[]) => void;
  /** Connect did not answer. */
  lost: () => void;
  restarted: (connector: string) => void;
};

type Options = {
  connect: Connect;
  definitions?: string;
  /** Called with one line for each change. */
  log: (line: string) => void;
  observer?: Observer | undefined;
  /** Ends the watch. */
  signal: AbortSignal;
  /** Milliseconds between two looks. */
  interval?: number;
};

/**
 * Keeps the managed connectors as defined, and restarts, with exponential back-off, whatever FAILED: tasks of connectors
 * that people created too, for Connect never restarts one by itself. Their configuration, and a pause, are left alone.
 * Outlives Connect's absence and mistakes in the definitions; resolves when the signal is given.
 */
export async function watch(options: Options): Promise<void> {
  const { connect, definitions, log, observer, signal, interval = 2000 } = options;
  const backOff = createBackOff();
  const seen = new Map<string, string>();
  /** Each subject is logged when what is said of it changes; an empty line is never logged. */
  const say = (subject: string, line: string) => {
    if (line !== '' && seen.get(subject) !== line) log(line);
    seen.set(subject, line);
  };

  async function reconcile(connectors: Connector[]): Promise<void> {
    let plan: Plan;
    try {
      plan = planChanges(readDefinitions(definitions), connectors);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // Half-saved or mistaken: nothing is deleted for it.
      say('definitions', error.message);
      return;
    }
    say('definitions', plan.conflicts.length > 0 ? conflictMessage(plan.conflicts) : '');
    for (const name of plan.remove) {
      await ignoreMissing(connect.remove(name));
      log(`deleted ${name}, which is no longer defined`);
    }
    const puts = [
      ...plan.create.map((definition) => ({ definition, done: `created ${definition.name}` })),
      ...plan.update.map((definition) => ({
        definition,
        done: `updated ${definition.name} (${definition.changed.join(', ')})`,
      })),
    ];
    for (const { definition, done } of puts) {
      const subject = `configuration of ${definition.name}`;
      if (!backOff.due(subject, Date.now())) continue;
      backOff.attempted(subject, Date.now());
      try {
        await connect.put(definition.name, configOf(definition));
        say(subject, '');
        log(done);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        say(subject, `${definition.name}: Kafka Connect refuses its configuration: ${error.message}`);
      }
    }
  }

  async function mend(connectors: Connector[]): Promise<void> {
    for (const connector of connectors) {
      const { name, tasks } = connector;
      const delay = await restartFailed(connect, connector, backOff);
      const next = delay === undefined ? '' : `; restarted, next attempt in ${delay / 1000} s`;
      if (delay !== undefined) {
        seen.set(name, '');
        observer?.restarted(name);
      }
      if (hasFailed(connector) || tasks.length > 0) say(name, `${name}: ${describe(connector)}${next}`);
    }
  }

  while (!signal.aborted) {
    try {
      const connectors = await connect.connectors(10_000);
      observer?.saw(connectors);
      say('connect', seen.get('connect') ? `Kafka Connect at ${connect.url} is there` : '');
      await reconcile(connectors);
      await mend(connectors);
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Unavailable) && !(error instanceof Refused)) throw error;
      observer?.lost();
      say('connect', `Kafka Connect at ${connect.url} is away: ${error.message}`);
    }
    await sleep(interval, undefined, { signal }).catch(() => undefined);
  }
}
