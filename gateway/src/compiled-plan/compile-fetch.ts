import type { GraphQLSchema } from 'graphql';
import { compilePath } from './compile-path.ts';
import { compileRequires } from './compile-requires.ts';
import { writeAny } from './leaf-writers.ts';
import { createDistinctEntities } from './distinct-entities.ts';
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
    const variables = `{${request.variables(run.variables)}}`;
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

    const own = request.variables(run.variables);
    const before = `{${own}${own === '' ? '' : ','}"representations":[`;
    const withAll = (list: (string | undefined)[]) => `${before}${list.join(',')}]}`;
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
    /** Those that the fetch uses, as JSON writes the inside of an object. */
    variables(values: Json): string {
      let text = '';
      for (const { name, prefix } of usages) {
        const value = values[name];
        if (value !== undefined) text += (text === '' ? '' : ',') + prefix + writeAny(value);
      }
      return text;
    },
  };
}
