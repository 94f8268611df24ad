import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Health } from './health.ts';
import type { Logger } from './log.ts';
import { isClientsFault, RefusedRequestError } from './request-body.ts';
import type { Part } from './service.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';
import { readTraceparent, withTrace } from './trace.ts';

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Who scrapes waits no longer than this, in milliseconds, to hear that the service is not ready. */
const readyWithinMs = 2_500;

/** Answers in one piece: without its length Node sends it in chunks, which is more to write and more to read. */
export function sendText(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  text: string,
): void {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(text) }).end(text);
}

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  sendText(response, status, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(body));
}

/**
 * The path of a request's target, in absolute-form too (RFC 9112, section 3.2.2: every server accepts it). A slash at its end
 * makes no difference.
 */
function pathOf({ url: target = '/' }: IncomingMessage): string {
  const origin = target.startsWith('/') ? target : URL.parse(target)?.pathname;
  const path = (origin ?? target).split('?', 1)[0] ?? '/';
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** The GraphQL-shaped answer for a request that is refused before any GraphQL is executed. */
export function sendError(response: ServerResponse, status: number, code: string, message: string): void {
  sendJson(response, status, { errors: [{ message, extensions: { code } }] });
}

export function sendRefusal(
  response: ServerResponse,
  { status, code, message, headers }: RefusedRequestError,
): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  sendError(response, status, code, message);
}

/**
 * A plain HTTP server with the routes given by path, plus `/health` (ready: 200 or 503, naming what is missing),
 * `/health/live` and `/metrics` (Prometheus). Every request runs inside its trace, of which the given routes are spans.
 * Stopping lets requests under way finish.
 */
export function createHttpServer(options: {
  host: string;
  port: number;
  routes: Record<string, Handler>;
  health: Health;
  telemetry?: Telemetry;
  log: Logger;
}): Part {
  const { host, port, health, telemetry = noTelemetry(), log } = options;
  const { tracer, metrics } = telemetry;
  const ready = metrics.gauge({ name: 'service_ready', help: '1 when everything that it needs is there' });
  metrics.onScrape(async () => {
    const late = delay(readyWithinMs, undefined, { ref: false });
    const report = await Promise.race([health.report(), late]);
    ready.set(report?.status === 'ready' ? 1 : 0);
  });
  const routes: Record<string, Handler> = {
    '/health/live': (_request, response) => sendJson(response, 200, { status: 'live' }),
    '/health': async (_request, response) => {
      const report = await health.report();
      sendJson(response, report.status === 'ready' ? 200 : 503, report);
    },
    '/metrics': async (_request, response) => {
      const text = await metrics.text();
      sendText(response, 200, { 'content-type': metrics.contentType }, text);
    },
    ...options.routes,
  };

  const underWay = new Set<ServerResponse>();
  let stopping = false;

  const server = createServer((request, response) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
    if (stopping) closeAfter(response);
    const header = request.headers['traceparent'];
    const traceparent = typeof header === 'string' ? header : undefined;
    if (tracer.enabled && Object.hasOwn(options.routes, pathOf(request))) {
      void traced(request, response, traceparent);
    } else void withTrace(traceparent, () => handle(request, response));
  });

  async function traced(
    request: IncomingMessage,
    response: ServerResponse,
    traceparent: string | undefined,
  ): Promise<void> {
    const [method = 'GET', path] = [request.method, pathOf(request)];
    const span = tracer.start(`${method} ${path}`, {
      kind: 'server',
      parent: readTraceparent(traceparent) ?? null,
      remote: true,
      attributes: {
        'http.request.method': method,
        'http.route': path,
        'url.path': path,
        'url.scheme': 'http',
        'server.port': port,
      },
    });
    await span.run(() => handle(request, response));
    span.set({ 'http.response.status_code': response.statusCode });
    if (response.statusCode >= 500) span.fail(`HTTP ${response.statusCode}`);
    span.end();
  }
  // Longer than any client keeps an idle connection, so that it is the client that closes and no request is cut.
  server.keepAliveTimeout = 75_000;
  // A client that sends its request slower than this is not a client.
  server.requestTimeout = 30_000;

  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  /** Node does not count a connection on which nothing was ever sent as idle: it too would hold up the stop. */
  function closeSilent(): void {
    const busy = new Set([...underWay].map((response) => response.req.socket));
    for (const socket of sockets) if (!busy.has(socket) && socket.bytesRead === 0) socket.destroy();
  }

  /** Tells the client to send nothing more on this connection: kept alive, it would hold up the stop. */
  function closeAfter(response: ServerResponse): void {
    if (!response.headersSent) response.setHeader('connection', 'close');
    else response.once('close', () => response.req.socket.destroySoon());
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
    try {
      if (route) await route(request, response);
      else sendError(response, 404, 'NOT_FOUND', `nothing here; try ${Object.keys(routes).join(' or ')}`);
    } catch (error) {
      answerFailure(response, error);
    }
  }

  function answerFailure(response: ServerResponse, error: unknown): void {
    if (error instanceof RefusedRequestError) return sendRefusal(response, error);
    if (isClientsFault(error)) return void response.destroy();
    log.error({ error }, 'request failed');
    if (response.headersSent) response.destroy();
    else sendError(response, 500, 'INTERNAL_SERVER_ERROR', 'internal server error');
  }

  return {
    name: 'http',
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, () => {
          log.info({ port }, 'listening');
          resolve();
        });
      }),
    stop: () =>
      new Promise((resolve) => {
        stopping = true;
        underWay.forEach(closeAfter);
        server.close(() => resolve());
        server.closeIdleConnections();
        closeSilent();
      }),
  };
}
