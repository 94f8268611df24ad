import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { UnavailableError } from '@ordermesh/chassis/errors';
import { GraphQLError } from 'graphql';
import type { GatewayContext } from './context.ts';
import { readAnswer } from './subgraph-answer.ts';
import type { SubgraphRequest } from './subgraph-request.ts';

type SubgraphResponse = Awaited<ReturnType<GraphQLDataSource['process']>>;

/** Sends the planner's fetches to one subgraph. Those that were made before Apollo took over are not made again. */
export function createSubgraphDataSource(options: {
  subgraph: string;
  request: SubgraphRequest;
}): GraphQLDataSource<GatewayContext> {
  const { subgraph, request } = options;

  async function process(fetch: GraphQLDataSourceProcessOptions<GatewayContext>): Promise<SubgraphResponse> {
    const { query = '', variables, operationName } = fetch.request;
    const { authorization, earlier } = fetch.context;
    const done = earlier?.find(subgraph, query, variables);
    const body = JSON.stringify({ query, variables, operationName });
    // An operation that is not marked as a query by its first word is one that changes something.
    const repeatable = /^\s*(query\b|\{)/.test(query);
    try {
      const answer = await (done?.answer ?? request({ body, authorization, repeatable }));
      const result = readAnswer(subgraph, answer);
      return done ? done.read(result) : result;
    } catch (error) {
      if (error instanceof UnavailableError) throw atPath(error, pathOf(fetch));
      throw error;
    }
  }

  return { process };
}

/** Where in the client's operation the fetch belongs, if that is one place: not for all entities of a list at once. */
function pathOf(fetch: GraphQLDataSourceProcessOptions<GatewayContext>): string[] | undefined {
  const path = 'pathInIncomingRequest' in fetch ? (fetch.pathInIncomingRequest ?? []) : [];
  const names = path.filter((part): part is string => typeof part === 'string' && part !== '@');
  return names.length > 0 && names.length === path.length ? names : undefined;
}

function atPath(error: UnavailableError, path: string[] | undefined): GraphQLError {
  return new GraphQLError(error.message, { path, originalError: error });
}
