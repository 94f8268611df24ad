import type { GraphQLSchema } from 'graphql';
import { compileFetch, type Step } from './compile-fetch.ts';
import type { Condition } from './conditions.ts';
import { NotCompilableError, type PlanNode } from './plan.ts';

/** Compiles a query plan into one function that makes its fetches in the plan's order and merges what they bring. */
export function compilePlan(
  node: PlanNode | undefined,
  schema: GraphQLSchema,
  conditionOf: (variable: string) => Condition,
): Step {
  const nothing: Step = () => Promise.resolve();

  function compile(node: PlanNode | undefined): Step {
    switch (node?.kind) {
      case undefined:
        return nothing;
      case 'Fetch':
        return compileFetch(node, [], schema);
      case 'Flatten':
        if (node.node.kind !== 'Fetch') throw new NotCompilableError(`${node.node.kind} in Flatten`);
        return compileFetch(node.node, node.path, schema);
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
