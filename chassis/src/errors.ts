import { GraphQLError, Kind, type GraphQLFormattedError } from 'graphql';
import type { Logger } from './log.ts';
import { currentTraceId } from './trace.ts';

/** The codes a client can rely on, in `extensions.code`. */
export const errorCodes = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BAD_USER_INPUT',
  'PRODUCT_NOT_FOUND',
  'PRICE_CHANGED',
  'PRODUCT_EXISTS',
  'ORDER_NOT_FOUND',
  'NOT_CANCELLABLE',
  'IDEMPOTENCY_CONFLICT',
  'EMAIL_TAKEN',
  'SERVICE_UNAVAILABLE',
] as const;
export type ErrorCode = (typeof errorCodes)[number];

/** Codes by which the GraphQL server itself tells a client what was wrong with its document or request. */
const protocolCodes = [
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'OPERATION_RESOLUTION_FAILURE',
  'BAD_REQUEST',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
];
const codesForClients: readonly string[] = [...errorCodes, ...protocolCodes];

/** An error meant for the client, whose message says what was wrong and what would be right. */
export function clientError(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** A dependency (database, broker, another service) did not answer; the same request may succeed later. */
export class UnavailableError extends Error {
  override name = 'UnavailableError';
}

/** A record that can never be processed, however often it is tried; its message says why, for the dead letter. */
export class InvalidRecordError extends Error {
  override name = 'InvalidRecordError';
}

/** What validation complains of when a value written in the document is wrong, unlike a field that does not exist. */
const valueKinds: readonly string[] = [
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
  Kind.ARGUMENT,
];

/** A wrong value is the same mistake written in the document as it is sent in a variable: BAD_USER_INPUT. */
function codeOf(formatted: GraphQLFormattedError, error: unknown): unknown {
  const code = formatted.extensions?.['code'];
  const node = error instanceof GraphQLError ? error.nodes?.[0] : undefined;
  const isValue = node !== undefined && valueKinds.includes(node.kind);
  return code === 'GRAPHQL_VALIDATION_FAILED' && isValue ? 'BAD_USER_INPUT' : code;
}

/**
 * What leaves the process when a resolver failed: known codes as they are, an unreachable dependency as
 * SERVICE_UNAVAILABLE, and anything unforeseen as INTERNAL_SERVER_ERROR without a detail. All that is not the
 * client's own mistake goes to the log, with the trace id.
 */
export function createErrorFormatter(log: Logger, isUnavailable: (error: unknown) => boolean) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const { locations, path } = formatted;
    const code = codeOf(formatted, error);
    if (typeof code === 'string' && codesForClients.includes(code)) {
      return { message: formatted.message, locations, path, extensions: { code } };
    }
    const original = (error instanceof GraphQLError && error.originalError) || error;
    if (isUnavailable(original)) {
      log.warn({ error: original, path }, 'a dependency is unavailable');
      const message = 'the service is temporarily unavailable, please try again';
      return { message, locations, path, extensions: { code: 'SERVICE_UNAVAILABLE' } };
    }
    log.error({ error: original, path }, 'request failed');
    const traceId = currentTraceId();
    return {
      message: 'internal server error',
      locations,
      path,
      extensions: { code: 'INTERNAL_SERVER_ERROR', ...(traceId && { traceId }) },
    };
  };
}
