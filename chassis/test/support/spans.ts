import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createMetrics } from '../../src/metrics.ts';
import type { Telemetry } from '../../src/telemetry.ts';
import { createTracer } from '../../src/tracer.ts';

/** Telemetry of which the finished spans can be looked at. */
export function recordingTelemetry() {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const telemetry: Telemetry = {
    tracer: createTracer(provider.getTracer('test')),
    metrics: createMetrics({ service: 'test', instance: 'test-1' }),
  };
  return { ...telemetry, finished: () => exporter.getFinishedSpans() };
}
