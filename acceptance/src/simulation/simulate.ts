import type { Action } from './action.ts';
import { createGenerator } from './generate.ts';
import { perform } from './perform.ts';
import { realRules, type Rules } from './rules.ts';
import { checkSafety } from './safety.ts';
import { settle } from './settle.ts';
import { Violation } from './violation.ts';
import { createWorld, type World } from './world.ts';

/** What happened, in how many partitions a topic: all that it takes to have it happen again. */
export type History = { partitions: number; steps: readonly Step[] };
/** `settle` lets everything come to rest without a fault; so does the end of a history. */
export type Step = Action | { do: 'settle' };
export type Failure = { history: History; violation: Violation };

/** A service that throws is a violation like any other. */
function go(world: World, step: Step): void {
  try {
    if (step.do === 'settle') settle(world);
    else if (perform(world, step)) checkSafety(world);
  } catch (error) {
    if (error instanceof Violation) throw error;
    throw new Violation(`a service failed: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

/**
 * Runs the history of a seed: first with faults, then to rest. Null if all invariants held, after every step and at rest;
 * otherwise what had happened until then.
 */
export function simulate(seed: number, rules: Rules = realRules): Failure | null {
  const { partitions, next } = createGenerator(seed);
  const world = createWorld({ partitions, rules });
  const steps: Step[] = [];
  try {
    for (let step = next(world); step; step = next(world)) {
      steps.push(step);
      go(world, step);
    }
    go(world, { do: 'settle' });
    return null;
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { history: { partitions, steps }, violation: error };
  }
}

/** Has a history happen again, to rest; steps that are not possible are left out. Null if all invariants held. */
export function replay(
  { partitions, steps }: History,
  options: { rules?: Rules; onStep?: (step: Step) => void; onEvent?: (what: string) => void } = {},
): Violation | null {
  const { rules = realRules, onStep, onEvent } = options;
  const world = createWorld({ partitions, rules, ...(onEvent && { onEvent }) });
  try {
    for (const step of [...steps, { do: 'settle' } as const]) {
      onStep?.(step);
      go(world, step);
    }
    return null;
  } catch (error) {
    if (error instanceof Violation) return error;
    throw error;
  }
}
