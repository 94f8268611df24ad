import type { GraphQLSchema } from 'graphql';
import { compilePath } from './compile-path.ts';
import { compileRequires } from './compile-requires.ts';
import { isRecord, merge } from './merge.ts';
import { IrregularAnswerError, NotCompilableError, type FetchNode } from './plan.ts';
import type { Json, Run } from './run.ts';

export type Step = (run: Run) => Promise<void>;

/** Compiles a fetch: of root fields, or of fields of the entities that are found at a path of what is there. */
export function compileFetch(
  fetch: FetchNode,
  path: readonly (string | number)[],
  schema: GraphQLSchema,
): Step {
  if (fetch.inputRewrites?.length || fetch.outputRewrites?.length || fetch.contextRewrites?.length)
    throw new NotCompilableError('rewrites');
  if (fetch.operationKind === 'subscription') throw new NotCompilableError('a subscription');
  if (fetch.variableUsages?.includes('representations'))
    throw new NotCompilableError('a name of the federation');

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
    const variables = `{${request.variables(run.variables).join(',')}}`;
    const data = await run.ask({
      ...request.fixed,
      body: request.body(variables),
      variables: () => variables,
    });
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
  const representationOf = compileRequires(fetch.requires, schema);

  return async (run) => {
    const different = new Map<string, number>();
    const representations: string[] = [];
    const targets: Json[] = [];
    const places: number[] = [];
    for (const entity of targetsOf(run.data)) {
      const representation = representationOf(entity);
      if (representation === undefined) continue;
      let place = different.get(representation);
      if (place === undefined) {
        place = representations.push(representation) - 1;
        different.set(representation, place);
      }
      targets.push(entity);
      places.push(place);
    }
    if (targets.length === 0) return;

    const own = request.variables(run.variables);
    const withAll = (list: (string | undefined)[]) =>
      `{${[...own, `"representations":[${list.join(',')}]`].join(',')}}`;
    const data = await run.ask({
      ...request.fixed,
      body: request.body(withAll(representations)),
      variables: () => withAll(places.map((place) => representations[place])),
      places: targets.length > representations.length ? places : undefined,
    });
    const entities = data['_entities'];
    if (!Array.isArray(entities) || entities.length !== representations.length)
      throw new IrregularAnswerError('other entities than asked for');
    targets.forEach((target, index) => {
      const entity: unknown = entities[places[index] ?? 0];
      if (isRecord(entity)) merge(target, entity);
      else if (entity !== null) throw new IrregularAnswerError('an entity that is no object');
    });
  };
}

/** The unchanging parts of the request, written once; the rest is put between. */
function compileRequest(fetch: FetchNode) {
  const { operation: query, operationName, serviceName: subgraph } = fetch;
  const before = `{"query":${JSON.stringify(query)},"variables":`;
  const after = operationName === undefined ? '}' : `,"operationName":${JSON.stringify(operationName)}}`;
  const usages = (fetch.variableUsages ?? []).map((name) => ({ name, prefix: `${JSON.stringify(name)}:` }));
  return {
    fixed: { subgraph, query, repeatable: fetch.operationKind === 'query' },
    body: (variables: string) => before + variables + after,
    variables: (values: Json): string[] =>
      usages.flatMap(({ name, prefix }) =>
        values[name] === undefined ? [] : [prefix + JSON.stringify(values[name])],
      ),
  };
}
