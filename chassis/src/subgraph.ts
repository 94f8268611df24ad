import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApolloServer, type GraphQLRequest } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { buildSubgraphSchema, type GraphQLResolverMap } from '@apollo/subgraph';
import { GraphQLError, parse } from 'graphql';
import { z } from 'zod';
import { isDatabaseUnavailable } from './database-errors.ts';
import { createErrorFormatter, UnavailableError } from './errors.ts';
import { signatureHeader, verifyRequest } from './gateway-signature.ts';
import type { Health } from './health.ts';
import { createHttpServer, sendError, sendJson, type Handler } from './http-server.ts';
import type { Logger } from './log.ts';
import { createOperationTelemetry, noteOperation, type OperationNotes } from './operation-telemetry.ts';
import { readBody } from './request-body.ts';
import { requestIdHeader } from './request-id.ts';
import type { Part } from './service.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';
import type { TokenVerifier, Viewer } from './token-verifier.ts';

const ownNotes = Symbol('notes');

/** What is asked (GraphQL over HTTP, "Request Parameters"); null is the same as left out. */
const requestParameters = z.object({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

function readOperation(body: string): GraphQLRequest | undefined {
  try {
    const { query, operationName, variables } = requestParameters.parse(JSON.parse(body));
    return { query, ...(operationName && { operationName }), ...(variables && { variables }) };
  } catch {
    return undefined;
  }
}

export function isUnavailable(error: unknown): boolean {
  return error instanceof UnavailableError || isDatabaseUnavailable(error);
}

/**
 * A GraphQL subgraph (Apollo Federation 2) over HTTP at `/graphql`. It answers only requests that the gateway signed,
 * and verifies the caller's token itself. `context` makes what the resolvers of one request share (viewer, loaders).
 */
export function createSubgraph<Context extends { viewer: Viewer | null }>(options: {
  schemaFile: URL;
  resolvers: GraphQLResolverMap<Context>;
  context: (viewer: Viewer | null) => Context;
  verifier: TokenVerifier;
  signingSecret: string;
  /** The gateway's secrets before this one, for as long as it may still sign with them. */
  previousSigningSecrets?: readonly string[];
  host: string;
  port: number;
  routes?: Record<string, Handler>;
  health: Health;
  telemetry?: Telemetry;
  log: Logger;
}): Part {
  const { schemaFile, resolvers, context, verifier, signingSecret, host, port, routes, health, log } =
    options;
  const { telemetry = noTelemetry(), previousSigningSecrets = [] } = options;
  const signingSecrets = [signingSecret, ...previousSigningSecrets];
  const isSigned = (header: string | undefined, authorization: string, body: string) =>
    signingSecrets.some((secret) => verifyRequest(secret, header, authorization, body));
  const observe = createOperationTelemetry(telemetry);
  // Within the context, of which Apollo Server makes a copy for itself.
  const apollo = new ApolloServer<Context & { [ownNotes]: OperationNotes }>({
    schema: buildSubgraphSchema([{ typeDefs: parse(readFileSync(schemaFile, 'utf8')), resolvers }]),
    plugins: [
      noteOperation((contextValue) => contextValue[ownNotes]),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      // No answer of ours is cached, and it would have every field of every answer pass through a hook.
      ApolloServerPluginCacheControlDisabled(),
    ],
    formatError: createErrorFormatter(log, isUnavailable),
    // The gateway is the only client there is, and it sends a content type that no browser form can.
    csrfPrevention: false,
    introspection: false,
    stopOnTerminationSignals: false,
    logger: log,
  });

  health.add('keys', verifier.isReady);

  const graphql: Handler = (request, response) =>
    observe(async (notes) => {
      const id = request.headers[requestIdHeader];
      if (typeof id === 'string') response.setHeader(requestIdHeader, id);
      await answer(request, response, notes);
      notes.status = response.statusCode;
    });

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    notes: OperationNotes,
  ): Promise<void> {
    const body = await readBody(request);
    const authorization = request.headers.authorization;
    const signature = request.headers[signatureHeader];
    const header = typeof signature === 'string' ? signature : undefined;
    if (!isSigned(header, authorization ?? '', body)) {
      return sendError(response, 401, 'UNAUTHENTICATED', 'this subgraph answers only the gateway');
    }
    let viewer: Viewer | null;
    try {
      viewer = await verifier.viewerOf(authorization);
    } catch (error) {
      if (error instanceof GraphQLError) return sendError(response, 401, 'UNAUTHENTICATED', error.message);
      return sendError(
        response,
        503,
        'SERVICE_UNAVAILABLE',
        'tokens cannot be verified at the moment, try again',
      );
    }
    const operation = readOperation(body);
    if (!operation) {
      return sendError(
        response,
        400,
        'BAD_REQUEST',
        'expected a JSON object: query, a text, and perhaps operationName, a text, and variables, an object',
      );
    }
    // Without Apollo Server's own reading of HTTP: what the gateway sends and accepts needs no negotiation.
    const result = await apollo.executeOperation(operation, {
      contextValue: { ...context(viewer), [ownNotes]: notes },
    });
    if (result.body.kind !== 'single') throw new Error('a subgraph answers in one piece');
    const { data, errors } = result.body.singleResult;
    sendJson(response, result.http.status ?? 200, { errors, data });
  }

  const server = createHttpServer({
    host,
    port,
    health,
    log,
    routes: { '/graphql': graphql, ...routes },
    telemetry,
  });
  return {
    name: 'subgraph',
    start: async () => {
      await apollo.start();
      await server.start();
    },
    stop: async () => {
      await server.stop();
      await apollo.stop();
    },
  };
}
