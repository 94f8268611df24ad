import type { GraphQLSchema } from 'graphql';
import { compilePath } from './compile-path.ts';
import { compileRequest } from './compile-request.ts';
import { compileRequires } from './compile-requires.ts';
import { createDistinctEntities } from './distinct-entities.ts';
import { isRecord, merge } from './merge.ts';
import { IrregularAnswerError, type FetchNode } from './plan.ts';
import { dataOf, type Json, type Run } from './run.ts';

export type Step = (run: Run) => Promise<void>;

/** Compiles a fetch: of root fields, or of fields of the entities that are found at a path of what is there. */
export function compileFetch(
  fetch: FetchNode,
  path: readonly (string | number)[],
  schema: GraphQLSchema,
): Step {
  const { requires } = fetch;
  const targetsOf = compilePath(path);
  return requires
    ? compileEntityFetch({ ...fetch, requires }, targetsOf, schema)
    : compileRootFetch(fetch, targetsOf);
}

function compileRootFetch(fetch: FetchNode, targetsOf: (data: Json) => Json[]): Step {
  const request = compileRequest(fetch);
  return async (run) => {
    const targets = targetsOf(run.data);
    if (targets.length === 0) return;
    const data = dataOf(run, fetch.serviceName, await run.ask(request.ofRoot(run.variables)));
    for (const target of targets) merge(target, data);
  };
}

/** One representation for each different entity, though it may occur many times: products of a page of orders, say. */
function compileEntityFetch(
  fetch: FetchNode & Required<Pick<FetchNode, 'requires'>>,
  targetsOf: (data: Json) => Json[],
  schema: GraphQLSchema,
): Step {
  const request = compileRequest(fetch);
  const requires = compileRequires(fetch.requires, schema);

  return async (run) => {
    const { texts: representations, placeOf } = createDistinctEntities(requires);
    const targets: Json[] = [];
    const places: number[] = [];
    for (const entity of targetsOf(run.data)) {
      const place = placeOf(entity);
      if (place === undefined) continue;
      targets.push(entity);
      places.push(place);
    }
    if (targets.length === 0) return;

    const answer = await run.ask(request.ofEntities(run.variables, representations, places));
    const entities = dataOf(run, fetch.serviceName, answer)['_entities'];
    if (!Array.isArray(entities) || entities.length !== representations.length)
      throw new IrregularAnswerError('other entities than asked for');
    targets.forEach((target, index) => {
      const entity: unknown = entities[places[index] ?? 0];
      if (isRecord(entity)) merge(target, entity);
      else if (entity !== null) throw new IrregularAnswerError('an entity that is no object');
    });
  };
}
