import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { expect, test } from '@jest/globals';
import { currentTraceId, currentTraceparent, withTrace } from '../src/trace.ts';
import { inSpan, noTracer } from '../src/tracer.ts';
import { recordingTelemetry } from './support/spans.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';
const traceparent = `00-${traceId}-${spanId}-01`;

test('a span is a part of what is current, and current for what runs in it', async () => {
  const { tracer, finished } = recordingTelemetry();
  const seen = await withTrace(traceparent, () =>
    inSpan(tracer, 'outer', { kind: 'server', remote: true }, () =>
      inSpan(tracer, 'inner', { attributes: { size: 3 } }, async (span) => {
        await Promise.resolve();
        expect(currentTraceparent()).toBe(span.traceparent);
        return currentTraceId();
      }),
    ),
  );
  expect(seen).toBe(traceId);
  const [inner, outer] = finished();
  expect(outer).toMatchObject({
    name: 'outer',
    kind: SpanKind.SERVER,
    parentSpanContext: { spanId, isRemote: true },
  });
  expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
  expect(inner?.attributes).toEqual({ size: 3 });
  expect(finished().map((span) => span.spanContext().traceId)).toEqual([traceId, traceId]);
});

test('without a parent, or with one that is malformed, a span begins a trace', () => {
  const { tracer, finished } = recordingTelemetry();
  withTrace(traceparent, () => tracer.start('apart', { parent: null }).end());
  tracer.start('malformed', { parent: 'nonsense', links: ['nonsense', undefined, traceparent] }).end();
  expect(finished().map((span) => span.parentSpanContext)).toEqual([undefined, undefined]);
  expect(finished()[1]?.links.map(({ context }) => context.spanId)).toEqual([spanId]);
});

test('what is not sampled is handed on as not sampled, and never exported', () => {
  const { tracer, finished } = recordingTelemetry();
  const span = tracer.start('unwanted', { parent: traceparent.replace(/01$/, '00') });
  span.end();
  expect(span.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
  expect(finished()).toEqual([]);
});

test('what throws fails its span', async () => {
  const { tracer, finished } = recordingTelemetry();
  const failing = inSpan(tracer, 'failing', {}, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(finished()[0]?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no' });
});

test('where nothing is traced, what came is current as before', async () => {
  const inside = await withTrace(traceparent, () =>
    inSpan(noTracer, 'none', {}, () => Promise.resolve(currentTraceparent())),
  );
  expect(inside).toBe(traceparent);
  expect(noTracer.start('none').traceparent).toBeUndefined();
});
