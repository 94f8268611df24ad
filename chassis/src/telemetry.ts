import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import type { Part } from './service.ts';
import { createTraceExport } from './trace-export.ts';
import { createTracer, noTracer, type Tracer } from './tracer.ts';

/** What the parts of a service tell of what they do. */
export type Telemetry = { tracer: Tracer; metrics: Metrics };

/** A stop waits so long, in milliseconds, for the last spans to leave: a collector that is away is not waited for. */
const flushWithinMs = 2_000;

/**
 * A service's metrics, and its traces when OTEL_EXPORTER_OTLP_ENDPOINT (or …_TRACES_ENDPOINT) says where to. The first
 * of the service's parts, so that it is the last to stop and what the others did while stopping is exported too.
 */
export function createTelemetry(options: {
  service: string;
  instance: string;
  log: Logger;
  environment?: NodeJS.ProcessEnv;
}): Part & Telemetry {
  const { service, instance, log, environment = process.env } = options;
  const metrics = createMetrics({ service, instance });
  metrics.observeProcess();
  const provider = createTraceExport({ service, instance, log, environment });
  return {
    metrics,
    tracer: provider ? createTracer(provider.getTracer('@ordermesh/chassis')) : noTracer,
    name: 'telemetry',
    start: () => Promise.resolve(),
    stop: async () => {
      const flushed = provider?.shutdown().catch(() => undefined);
      await Promise.race([flushed, delay(flushWithinMs, undefined, { ref: false })]);
    },
  };
}

/** For parts that run outside of a service: nothing is traced, and nobody asks for the metrics. */
export function noTelemetry(): Telemetry {
  return { tracer: noTracer, metrics: createMetrics({ service: 'none', instance: 'none' }) };
}
