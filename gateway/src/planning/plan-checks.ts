import { GraphQLError } from 'graphql';
import { badUserInput } from '../request-errors.ts';
import type { Planned } from '../compiled-plan/plan.ts';
import { createConflictSearch } from './conflicting-requirements.ts';
import { clientName } from './names.ts';
import { fetchesOf } from './plan-fetches.ts';
import type { SupergraphFacts } from './supergraph.ts';
import { unplannedField } from './unplanned-field.ts';

/**
 * Refuses what the planner plans wrong without saying so.
 *
 * @throws GraphQLError for an operation that would be answered with wrong values
 */
export function createPlanChecks({ requirements }: Pick<SupergraphFacts, 'requirements'>) {
  const findConflict = createConflictSearch(requirements);
  /** By plan: Apollo Gateway keeps them. */
  const verdicts = new WeakMap<Planned['queryPlan'], GraphQLError | null>();

  function judge({ queryPlan, operationContext }: Planned): GraphQLError | null {
    if (queryPlan.node?.kind === 'Subscription') return null;
    const fetches = fetchesOf(queryPlan.node);
    const missing = unplannedField({ ...operationContext, fetches });
    if (missing) {
      const path = missing.map(clientName).join('.');
      return badUserInput(`no subgraph can answer "${path}" as it is asked for`);
    }
    const conflict = findConflict?.(fetches);
    if (!conflict) return null;
    const [one, other] = conflict.fields;
    return badUserInput(
      `"${one}" and "${other}" need "${conflict.required}" with different arguments: ask for them in two operations`,
    );
  }

  return (planned: Planned): void => {
    let verdict = verdicts.get(planned.queryPlan);
    if (verdict === undefined) verdicts.set(planned.queryPlan, (verdict = judge(planned)));
    if (verdict) throw verdict;
  };
}
