import type { FragmentDefinitionNode, GraphQLObjectType, GraphQLSchema, SelectionSetNode } from 'graphql';
import type { Step } from '../compile-fetch.ts';
import { compilePlan } from '../compile-plan.ts';
import type { Included } from '../conditions.ts';
import { NotCompilableError, type FetchNode, type PlanNode } from '../plan.ts';
import type { Run } from '../run.ts';
import { compileCutFetch } from './compile-cut-fetch.ts';
import { compileRoot, type Placed } from './compile-object.ts';
import { sourceOf, type Source } from './source.ts';

/** An operation whose answers need not be parsed: its response is put together of their text. */
export type Cutting = { fetch: Step; write: (run: Run) => string };

/**
 * Compiles an operation of plain fields of object types, lists of objects and entities. Subgraphs answer the fields of an object
 * in the order in which they are asked for, and write JSON without blanks: regular expressions check that an answer is,
 * to its last sign, what it should be, and cut out what the response has in the same order anyway. An answer that
 * is written otherwise (a string with an escaped sign, an error, a null where none may be) makes it throw
 * UnforeseenTextError: then it has to be parsed.
 *
 * @throws NotCompilableError for operations that are always parsed
 */
export function compileCutting(options: {
  plan: PlanNode | undefined;
  schema: GraphQLSchema;
  fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  included: Included;
  rootType: GraphQLObjectType;
  selectionSet: SelectionSetNode;
}): Cutting {
  const { plan, rootType, selectionSet } = options;
  const sources: Source[] = [];
  compilePlan(
    plan,
    (fetch, path) => {
      sources.push(sourceOf(fetch, path));
      return () => Promise.resolve();
    },
    withoutConditions,
  );
  const placed = new Map<FetchNode, Placed>();
  const write = compileRoot({ ...options, sources, placed }, rootType, { selectionSet });
  const compileFetch = (fetch: FetchNode): Step => {
    const place = placed.get(fetch);
    if (!place) throw new NotCompilableError('a fetch of something that is not in the response');
    return compileCutFetch(fetch, place);
  };
  return { fetch: compilePlan(plan, compileFetch, withoutConditions), write: ({ pieces }) => write(pieces) };
}

function withoutConditions(): never {
  throw new NotCompilableError('a condition');
}
