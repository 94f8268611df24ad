import { ExportResultCode } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type Sampler,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { z } from 'zod';
import type { Logger } from './log.ts';
import { withoutTrace } from './trace.ts';

/** Only spans from here on are the SDK's; what it needs to know it reads from the environment, except for this. */
const count = z.coerce.number().int().positive().optional().catch(undefined);
const milliseconds = z.coerce.number().int().nonnegative().optional().catch(undefined);
const settings = z.object({
  OTEL_SDK_DISABLED: z.string().default('false'),
  OTEL_TRACES_EXPORTER: z.string().default('otlp'),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_PROTOCOL: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: z.string().optional(),
  OTEL_TRACES_SAMPLER: z.string().default('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: z.string().optional(),
  OTEL_BSP_SCHEDULE_DELAY: milliseconds,
  OTEL_BSP_EXPORT_TIMEOUT: milliseconds,
  OTEL_BSP_MAX_QUEUE_SIZE: count,
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: count,
  OTEL_SPAN_LINK_COUNT_LIMIT: count,
});
type Settings = z.infer<typeof settings>;

function createSampler({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: argument }: Settings) {
  const share = Number(argument ?? 1);
  const ratio = () => new TraceIdRatioBasedSampler(share >= 0 && share <= 1 ? share : 1);
  const parentBased = (root: Sampler) => new ParentBasedSampler({ root });
  const samplers: Record<string, () => Sampler> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: ratio,
    parentbased_always_on: () => parentBased(new AlwaysOnSampler()),
    parentbased_always_off: () => parentBased(new AlwaysOffSampler()),
    parentbased_traceidratio: () => parentBased(ratio()),
  };
  return samplers[name]?.();
}

/** The values of these variables may be empty, which counts as not set (OpenTelemetry's specification). */
function readSettings(environment: NodeJS.ProcessEnv): Settings {
  return settings.parse(Object.fromEntries(Object.entries(environment).filter(([, value]) => value)));
}

/** Where spans go, or undefined when nobody asked for them. */
function endpointOf(read: Settings): string | undefined {
  if (read.OTEL_SDK_DISABLED.toLowerCase() === 'true' || read.OTEL_TRACES_EXPORTER === 'none')
    return undefined;
  return read.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? read.OTEL_EXPORTER_OTLP_ENDPOINT;
}

/** A collector that is away is said once, and once when it is back; what it missed is lost, and nothing waits for it. */
function sayOnce(exporter: SpanExporter, log: Logger, endpoint: string): SpanExporter {
  let failing = false;
  function say(error: string | undefined): void {
    const failed = error !== undefined;
    if (failed && !failing) log.warn({ error, endpoint }, 'traces cannot be exported and are dropped');
    if (!failed && failing) log.info({ endpoint }, 'traces are exported again');
    failing = failed;
  }
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        const failed = result.code !== ExportResultCode.SUCCESS;
        withoutTrace(() => say(failed ? (result.error?.message ?? 'no reason given') : undefined));
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}

/**
 * Exports spans by OTLP over HTTP (protobuf), as the standard OTEL_* variables say; undefined without an endpoint. The
 * exporter itself reads OTEL_EXPORTER_OTLP_* (endpoint, headers, time-out, compression, certificates), the resource
 * OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES; sampler, batches and limits are for the application to read.
 * A mistake in them is logged and never keeps a service from running.
 */
export function createTraceExport(options: {
  service: string;
  instance: string;
  log: Logger;
  environment: NodeJS.ProcessEnv;
}): TracerProvider | undefined {
  const { service, instance, log, environment } = options;
  const read = readSettings(environment);
  const endpoint = endpointOf(read);
  if (endpoint === undefined) return undefined;
  if (!/^https?:$/.test(URL.parse(endpoint)?.protocol ?? '')) {
    log.error({ endpoint }, 'the endpoint for traces is not a URL of http or https: nothing is traced');
    return undefined;
  }
  const protocol = read.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? read.OTEL_EXPORTER_OTLP_PROTOCOL;
  if (protocol !== undefined && protocol !== 'http/protobuf') {
    log.warn({ protocol }, 'traces are exported by http/protobuf, the one protocol there is here');
  }
  const sampler = createSampler(read);
  if (!sampler) log.warn({ sampler: read.OTEL_TRACES_SAMPLER }, 'unknown sampler, everything is sampled');

  const processor = new BatchSpanProcessor({
    exporter: sayOnce(new OTLPTraceExporter(), log, endpoint),
    ...(read.OTEL_BSP_SCHEDULE_DELAY !== undefined && { scheduledDelayMillis: read.OTEL_BSP_SCHEDULE_DELAY }),
    ...(read.OTEL_BSP_EXPORT_TIMEOUT !== undefined && { exportTimeoutMillis: read.OTEL_BSP_EXPORT_TIMEOUT }),
    ...(read.OTEL_BSP_MAX_QUEUE_SIZE !== undefined && { maxQueueSize: read.OTEL_BSP_MAX_QUEUE_SIZE }),
    ...(read.OTEL_BSP_MAX_EXPORT_BATCH_SIZE !== undefined && {
      maxExportBatchSize: read.OTEL_BSP_MAX_EXPORT_BATCH_SIZE,
    }),
  });
  return new TracerProvider({
    resource: defaultResource()
      .merge(
        resourceFromAttributes({
          'service.namespace': 'ordermesh',
          'service.name': service,
          'service.instance.id': instance,
        }),
      )
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: sampler ?? new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    spanLimits: { linkCountLimit: read.OTEL_SPAN_LINK_COUNT_LIMIT ?? 128 },
    spanProcessors: [processor],
  });
}
