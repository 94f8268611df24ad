import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { Failure, messageOf, usage } from '../failure.ts';
import type { Observer } from '../watch.ts';
import { createObserver } from './observer.ts';
import { createSinkLag } from './sink-lag.ts';

/** A scrape is answered within this time, in milliseconds: a broker that does not answer leaves the lag out. */
const collectWithin = 3_000;

export type Metrics = { observer: Observer; stop: () => Promise<void> };

/**
 * `/metrics` in Prometheus' text format on a port of its own: states of connectors and tasks, restarts, and, where the
 * brokers are known, the sinks' lag.
 * @throws Failure when the port is none, or taken
 */
export async function serveMetrics(options: {
  port: string;
  host: string;
  instance: string;
  brokers: string | undefined;
}): Promise<Metrics> {
  const { host, instance, brokers } = options;
  const port = /^\d+$/.test(options.port) ? Number(options.port) : 0;
  if (port < 1 || port > 65_535) throw usage(`METRICS_PORT must be a port, not "${options.port}"`);

  const registry = new Registry();
  registry.setDefaultLabels({ service: 'connectors', instance });
  collectDefaultMetrics({ register: registry });
  const observer = createObserver(registry);
  const lag = brokers ? createSinkLag({ brokers, registry, connectors: observer.last }) : undefined;

  async function metrics(): Promise<string> {
    await Promise.race([lag?.collect(), sleep(collectWithin, undefined, { ref: false })]);
    return registry.metrics();
  }

  const server = createServer((request, response) => {
    if (request.url?.split('?', 1)[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('nothing here; try /metrics\n');
      return;
    }
    metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(messageOf(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) =>
      reject(new Failure(`the metrics cannot be served on ${host}:${port}: ${cause.message}`, { cause })),
    );
    server.listen(port, host, () => resolve());
  });
  return {
    observer,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await lag?.stop();
    },
  };
}
