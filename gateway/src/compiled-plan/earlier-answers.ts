import type { SubgraphResult } from '../subgraph-answer.ts';
import type { UpstreamAnswer } from '../upstream.ts';
import { isRecord } from './merge.ts';
import { createFind, type Sent } from './run.ts';

/**
 * What subgraphs were asked before Apollo took over, so that nothing is asked twice: queries, to save time; mutations,
 * because they must not be.
 */
export type EarlierAnswers = {
  /** The request that Apollo is about to make, if it was made already; `read` is how Apollo is to see its result. */
  find(
    subgraph: string,
    query: string,
    variables: unknown,
  ): { answer: Promise<UpstreamAnswer>; read: (result: SubgraphResult) => SubgraphResult } | undefined;
};

export function createEarlierAnswers(sent: readonly Sent[], isMutation: boolean): EarlierAnswers {
  const find = createFind(sent, isMutation);
  return {
    find(subgraph, query, variables) {
      const isSame = (earlier: Sent) => earlier.subgraph === subgraph && earlier.query === query;
      const text = JSON.stringify(variables);
      const found = find((earlier) => isSame(earlier) && earlier.variables() === text);
      if (!found && sent.some((earlier) => isSame(earlier) && !earlier.repeatable))
        throw new Error('a mutation would be sent a second time');
      return found && { answer: found.answer, read: (result) => withPlaces(result, found.places) };
    },
  };
}

/** A result for different entities, turned into what it would be had every entity been asked for as often as it occurs. */
function withPlaces(result: SubgraphResult, places: number[] | undefined): SubgraphResult {
  if (!places) return result;
  const { data, errors } = result;
  const entities = data?.['_entities'];
  const spread = errors?.flatMap((error) => {
    const [root, place, ...rest] = error.path ?? [];
    if (root !== '_entities' || typeof place !== 'number') return [{ error, index: -1 }];
    return places.flatMap((own, index) =>
      own === place ? [{ error: { ...error, path: [root, index, ...rest] }, index }] : [],
    );
  });
  // As a subgraph answers that goes through its entities one by one.
  spread?.sort((a, b) => a.index - b.index);
  return {
    ...(Array.isArray(entities) ? { data: { ...data, _entities: spreadOut(entities, places) } } : { data }),
    ...(spread && { errors: spread.map(({ error }) => error) }),
  };
}

function spreadOut(entities: unknown[], places: number[]): unknown[] {
  // Another number than was asked for is to look wrong to Apollo as well.
  if (entities.length !== Math.max(...places) + 1) return [];
  return places.map((place) => copyOf(entities[place]));
}

/** Apollo merges into what it gets, so no two entities may be the same object. */
function copyOf(entity: unknown): unknown {
  return isRecord(entity) ? structuredClone(entity) : entity;
}
