import { writeAny } from './leaf-writers.ts';
import type { FetchNode } from './plan.ts';
import type { Asked, Json } from './run.ts';

/** Compiles the unchanging parts of a fetch's requests, written once; the rest is put between. */
export function compileRequest(fetch: FetchNode) {
  const { operation: query, operationName, serviceName: subgraph } = fetch;
  const before = `{"query":${JSON.stringify(query)},"variables":`;
  const after = operationName === undefined ? '}' : `,"operationName":${JSON.stringify(operationName)}}`;
  const usages = (fetch.variableUsages ?? []).map((name) => ({ name, prefix: `${JSON.stringify(name)}:` }));
  const fixed = { subgraph, query, repeatable: fetch.operationKind === 'query' };
  const body = (variables: string) => before + variables + after;

  /** Those that the fetch uses, as JSON writes the inside of an object. */
  function ownVariables(values: Json): string {
    let text = '';
    for (const { name, prefix } of usages) {
      const value = values[name];
      if (value !== undefined) text += (text === '' ? '' : ',') + prefix + writeAny(value);
    }
    return text;
  }

  return {
    ofRoot(values: Json): Asked {
      const variables = `{${ownVariables(values)}}`;
      return { ...fixed, body: body(variables), variables: () => variables };
    },
    /** Of different entities, by their representations; `places` has the one of each entity that was found. */
    ofEntities(values: Json, representations: readonly string[], places: number[]): Asked {
      const own = ownVariables(values);
      const start = `{${own}${own === '' ? '' : ','}"representations":[`;
      const withAll = (list: readonly (string | undefined)[]) => `${start}${list.join(',')}]}`;
      return {
        ...fixed,
        body: body(withAll(representations)),
        variables: () => withAll(places.map((place) => representations[place])),
        places: places.length > representations.length ? places : undefined,
      };
    },
  };
}
