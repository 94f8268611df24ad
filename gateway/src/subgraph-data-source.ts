import type { GraphQLDataSource, GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { UnavailableError } from '@ordermesh/chassis/errors';
import { signatureHeader, signRequest } from '@ordermesh/chassis/gateway-signature';
import { currentTraceparent } from '@ordermesh/chassis/trace';
import { GraphQLError } from 'graphql';
import type { GatewayContext } from './context.ts';
import { readAnswer } from './subgraph-answer.ts';
import type { Upstream } from './upstream.ts';

type SubgraphResponse = Awaited<ReturnType<GraphQLDataSource['process']>>;

/**
 * Sends the planner's fetches to one subgraph, with nothing but what it needs: the operation, the caller's token as it
 * came, the trace, and the signature by which it knows the gateway.
 */
export function createSubgraphDataSource(options: {
  upstream: Pick<Upstream, 'subgraph' | 'send'>;
  signingSecret: string;
}): GraphQLDataSource<GatewayContext> {
  const { upstream, signingSecret } = options;

  async function process(fetch: GraphQLDataSourceProcessOptions<GatewayContext>): Promise<SubgraphResponse> {
    const { query = '', variables, operationName } = fetch.request;
    const { authorization } = fetch.context;
    const body = JSON.stringify({ query, variables, operationName });
    try {
      const answer = await upstream.send({
        body,
        headers: headersFor(authorization, body),
        // An operation that is not marked as a query by its first word is one that changes something.
        repeatable: /^\s*(query\b|\{)/.test(query),
      });
      return readAnswer(upstream.subgraph, answer);
    } catch (error) {
      if (error instanceof UnavailableError) throw atPath(error, pathOf(fetch));
      throw error;
    }
  }

  function headersFor(authorization: string | undefined, body: string): Record<string, string> {
    const headers: Record<string, string> = {
      'content-type': 'application/json',
      [signatureHeader]: signRequest(signingSecret, authorization ?? '', body),
    };
    if (authorization !== undefined) headers['authorization'] = authorization;
    const traceparent = currentTraceparent();
    if (traceparent !== undefined) headers['traceparent'] = traceparent;
    return headers;
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
