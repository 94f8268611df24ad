import { createErrorFormatter, UnavailableError } from '@ordermesh/chassis/errors';
import type { Logger } from '@ordermesh/chassis/log';
import type { GraphQLFormattedError } from 'graphql';

/** Codes that tell a subgraph's client about its request; between gateway and subgraph they are our own mistake. */
const aboutOurRequest = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
];

/**
 * What a client sees of an error: the chassis' rules, of which a subgraph's known codes are one. What a subgraph says
 * of the gateway's own request (a stale supergraph, say) is no business of the client's.
 */
export function createGatewayErrorFormatter(log: Logger) {
  const format = createErrorFormatter(log, (error) => error instanceof UnavailableError);
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { serviceName, code } = formatted.extensions ?? {};
    // graphql-js parses by recursion.
    if (code === 'GRAPHQL_PARSE_FAILED' && formatted.message === 'Maximum call stack size exceeded')
      return { message: 'the document is nested too deeply', extensions: { code } };
    const isOurs = typeof serviceName === 'string' && aboutOurRequest.includes(String(code));
    if (!isOurs) return format(formatted, error);
    return format({ ...formatted, extensions: { code: 'SUBGRAPH_REFUSED_OPERATION' } }, error);
  };
}
