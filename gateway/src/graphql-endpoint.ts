import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer } from '@apollo/server';
import { UnavailableError } from '@ordermesh/chassis/errors';
import { sendError, sendRefusal, type Handler } from '@ordermesh/chassis/http-server';
import { withoutRedaction, type Logger } from '@ordermesh/chassis/log';
import { createOperationTelemetry } from '@ordermesh/chassis/operation-telemetry';
import { RefusedRequestError } from '@ordermesh/chassis/request-body';
import { noTelemetry, type Telemetry } from '@ordermesh/chassis/telemetry';
import type { TokenVerifier, Viewer } from '@ordermesh/chassis/token-verifier';
import { currentTraceId } from '@ordermesh/chassis/trace';
import { GraphQLError } from 'graphql';
import type { CompiledPlans } from './compiled-plan/compiled-plans.ts';
import type { GatewayContext } from './context.ts';
import { readJson } from './request-json.ts';

/** What Apollo Server looks at: content negotiation and the proof that no browser form sent the request. */
const headersForApollo = ['accept', 'content-type', 'apollo-require-preflight', 'x-apollo-operation-name'];

/**
 * GraphQL over HTTP on a bare Node server: POST and GET as Apollo Server understands them. A token that is not valid
 * ends the request with 401 whatever it asks for; no token is an anonymous caller. Every answer has an `x-trace-id`,
 * and every request leaves one line in the log.
 */
export function createGraphqlEndpoint(options: {
  apollo: ApolloServer<GatewayContext>;
  compiledPlans: Pick<CompiledPlans, 'answer'>;
  verifier: Pick<TokenVerifier, 'viewerOf'>;
  telemetry?: Telemetry;
  log: Logger;
}): Handler {
  const { apollo, compiledPlans, verifier, telemetry = noTelemetry(), log } = options;
  const observe = createOperationTelemetry(telemetry);
  const contentTypes = createContentTypes();
  const accessLog = withoutRedaction(log);

  async function execute(
    request: IncomingMessage,
    response: ServerResponse,
    context: GatewayContext,
  ): Promise<void> {
    const body = await readJson(request);
    const contentType = contentTypes.of(request);
    if (contentType !== undefined) {
      const answer = await compiledPlans.answer(body, context.authorization);
      if (answer && !answer.earlier) {
        const { operation, type, fields } = answer;
        Object.assign(context.outcome, { operation, type, fields, hasData: true });
        send(response, contentType, answer.body);
        return;
      }
      if (answer) context.earlier = answer.earlier;
    }
    traceOf(response);
    await executeThroughApollo(request, response, body, context);
  }

  /** With all headers at once: those that are set one by one are copied. ASCII needs no encoding. */
  function send(response: ServerResponse, contentType: string, body: string): void {
    const length = Buffer.byteLength(body);
    const headers = ['content-type', contentType, 'content-length', String(length)];
    const traceId = currentTraceId();
    if (traceId !== undefined) headers.push('x-trace-id', traceId);
    response.writeHead(200, headers).end(body, length === body.length ? 'latin1' : 'utf8');
  }

  /** Every other answer has it set before it is written. */
  function traceOf(response: ServerResponse): void {
    const traceId = currentTraceId();
    if (traceId !== undefined && !response.headersSent) response.setHeader('x-trace-id', traceId);
  }

  async function executeThroughApollo(
    request: IncomingMessage,
    response: ServerResponse,
    body: unknown,
    context: GatewayContext,
  ): Promise<void> {
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: request.method ?? 'GET',
        headers: headersOf(request),
        search: new URL(request.url ?? '/', 'http://gateway').search,
        body,
      },
      context: () => Promise.resolve(context),
    });
    response.statusCode = answer.status ?? 200;
    for (const [name, value] of answer.headers) response.setHeader(name, value);
    if (answer.body.kind === 'complete') {
      if (response.statusCode === 200) contentTypes.learn(request, answer.headers.get('content-type'));
      response.end(answer.body.string);
      return;
    }
    for await (const chunk of answer.body.asyncIterator) response.write(chunk);
    response.end();
  }

  /** The caller, or undefined after the request was refused. */
  async function identify(
    authorization: string | undefined,
    response: ServerResponse,
    outcome: GatewayContext['outcome'],
  ): Promise<Viewer | null | undefined> {
    try {
      return await verifier.viewerOf(authorization);
    } catch (error) {
      traceOf(response);
      if (error instanceof GraphQLError) {
        outcome.codes = ['UNAUTHENTICATED'];
        response.setHeader('www-authenticate', 'Bearer');
        sendError(response, 401, 'UNAUTHENTICATED', error.message);
        return undefined;
      }
      if (!(error instanceof UnavailableError)) throw error;
      outcome.codes = ['SERVICE_UNAVAILABLE'];
      sendError(response, 503, 'SERVICE_UNAVAILABLE', 'tokens cannot be verified at the moment, try again');
      return undefined;
    }
  }

  /** What to do when executing fails: answers a request that was refused. */
  function refuse(response: ServerResponse, outcome: GatewayContext['outcome']) {
    return (error: unknown): void => {
      if (!(error instanceof RefusedRequestError)) throw error;
      traceOf(response);
      outcome.codes = [error.code];
      sendRefusal(response, error);
    };
  }

  return (request, response) =>
    observe((outcome) => answer(request, response, outcome)).catch((error: unknown) => {
      traceOf(response);
      throw error;
    });

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    outcome: GatewayContext['outcome'],
  ): Promise<void> {
    const startedAt = performance.now();
    const { authorization } = request.headers;
    const viewer = await identify(authorization, response, outcome);
    if (viewer !== undefined)
      await execute(request, response, { viewer, authorization, outcome }).catch(refuse(response, outcome));
    outcome.status = response.statusCode;
    accessLog.info(
      {
        operation: outcome.operation,
        status: response.statusCode,
        durationMs: Math.round((performance.now() - startedAt) * 10) / 10,
        ...(outcome.codes.length > 0 && { codes: outcome.codes }),
        ...(viewer && { userId: viewer.userId }),
      },
      'graphql',
    );
  }
}

/** Content types by what a client accepts, as Apollo Server chose them: the compiled plans' answers have the same. */
function createContentTypes() {
  const most = 100;
  const known = new Map<string | undefined, string>();
  return {
    of: ({ method, headers: { accept } }: IncomingMessage): string | undefined =>
      method === 'POST' ? known.get(accept) : undefined,
    learn({ method, headers: { accept } }: IncomingMessage, contentType: string | undefined): void {
      if (method === 'POST' && contentType !== undefined && known.size < most) known.set(accept, contentType);
    },
  };
}

function headersOf(request: IncomingMessage): HeaderMap {
  const headers = new HeaderMap();
  for (const name of headersForApollo) {
    const value = request.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  return headers;
}
