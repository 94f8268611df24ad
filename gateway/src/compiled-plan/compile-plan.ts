import type { Step } from './compile-fetch.ts';
import type { Condition } from './conditions.ts';
import { NotCompilableError, type FetchNode, type PlanNode } from './plan.ts';

/** Compiles a query plan into one function that makes its fetches, each as `compileFetch` has it, in the plan's order. */
export function compilePlan(
  node: PlanNode | undefined,
  compileFetch: (fetch: FetchNode, path: readonly (string | number)[]) => Step,
  conditionOf: (variable: string) => Condition,
): Step {
  const nothing: Step = () => Promise.resolve();

  function compileKnown(fetch: FetchNode, path: readonly (string | number)[]): Step {
    if (fetch.inputRewrites?.length || fetch.outputRewrites?.length || fetch.contextRewrites?.length)
      throw new NotCompilableError('rewrites');
    if (fetch.operationKind === 'subscription') throw new NotCompilableError('a subscription');
    if (fetch.variableUsages?.includes('representations'))
      throw new NotCompilableError('a name of the federation');
    return compileFetch(fetch, path);
  }

  function compile(node: PlanNode | undefined): Step {
    switch (node?.kind) {
      case undefined:
        return nothing;
      case 'Fetch':
        return compileKnown(node, []);
      case 'Flatten':
        if (node.node.kind !== 'Fetch') throw new NotCompilableError(`${node.node.kind} in Flatten`);
        return compileKnown(node.node, node.path);
      case 'Sequence':
        return inSequence(node.nodes.map(compile));
      case 'Parallel':
        return inParallel(node.nodes.map(compile));
      case 'Condition': {
        const holds = conditionOf(node.condition);
        const [then, otherwise] = [compile(node.ifClause), compile(node.elseClause)];
        return (run) => (holds(run.variables) ? then(run) : otherwise(run));
      }
      default:
        throw new NotCompilableError(node?.kind ?? 'no node');
    }
  }

  return compile(node);
}

function inSequence(steps: Step[]): Step {
  return async (run) => {
    for (const step of steps) await step(run);
  };
}

function inParallel(steps: Step[]): Step {
  return async (run) => {
    await Promise.all(steps.map((step) => step(run)));
  };
}
