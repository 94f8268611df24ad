import { parse, type DocumentNode } from 'graphql';
import type { FetchNode, PlanNode } from '../compiled-plan/plan.ts';

/** Response names from the root on; lists are passed over. */
export type Path = readonly string[];
/** A fetch of a plan, the document that it sends, and the path of the objects that it is about. */
export type PlacedFetch = { fetch: FetchNode; document: DocumentNode; path: Path };

export function fetchesOf(plan: PlanNode | undefined, path: Path = []): PlacedFetch[] {
  switch (plan?.kind) {
    case 'Fetch':
      return [{ fetch: plan, document: parse(plan.operation, { noLocation: true }), path }];
    case 'Flatten': {
      const names = plan.path.filter((part): part is string => typeof part === 'string' && part !== '@');
      return fetchesOf(plan.node, [...path, ...names]);
    }
    case 'Sequence':
    case 'Parallel':
      return plan.nodes.flatMap((node) => fetchesOf(node, path));
    case 'Condition':
      return [...fetchesOf(plan.ifClause, path), ...fetchesOf(plan.elseClause, path)];
    default:
      return [];
  }
}
