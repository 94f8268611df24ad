import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Attributes,
  type SpanContext,
  type Tracer as OtelTracer,
} from '@opentelemetry/api';
import { currentTraceparent, isTraceparent, withTrace } from './trace.ts';

export type { Attributes };

export type SpanOptions = {
  kind?: 'server' | 'client' | 'producer' | 'consumer';
  /** The traceparent of what this is a part of: by default the current one; null begins a trace. */
  parent?: string | null | undefined;
  /** Whether the parent is in another process. */
  remote?: boolean;
  /** Traceparents of what has to do with it without being its parent. Malformed ones are left out. */
  links?: (string | undefined)[];
  attributes?: Attributes;
};

/** A piece of work with a beginning and an end. One that is never ended is never exported. */
export type Span = {
  /** To hand on to what this causes; undefined when nothing is traced: then what came is handed on. */
  readonly traceparent: string | undefined;
  rename(name: string): void;
  set(attributes: Attributes): void;
  /** Something went wrong that was not the end of it. */
  note(event: string, reason: unknown): void;
  /** It did not do what it was for. */
  fail(reason: unknown): void;
  end(): void;
  /** Runs `work` as a part of this span: it is the parent of what begins in it, and its trace is in the logs. */
  run<T>(work: () => T): T;
};

/** Makes spans. The current span is known by its traceparent alone, which `trace` carries through asynchronous calls. */
export type Tracer = { readonly enabled: boolean; start(name: string, options?: SpanOptions): Span };

const kinds = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

function toContext(traceparent: string, isRemote = false): SpanContext {
  const [, traceId = '', spanId = '', flags = ''] = traceparent.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED, isRemote };
}

function toTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}

const messageOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));

/** Where nothing is traced. */
export const noSpan: Span = {
  traceparent: undefined,
  rename: () => undefined,
  set: () => undefined,
  note: () => undefined,
  fail: () => undefined,
  end: () => undefined,
  run: (work) => work(),
};

/** Of a service that is not traced. */
export const noTracer: Tracer = { enabled: false, start: () => noSpan };

export function createTracer(otel: OtelTracer): Tracer {
  function start(name: string, options: SpanOptions = {}): Span {
    const { kind, parent = currentTraceparent(), remote, links = [], attributes = {} } = options;
    const context = isTraceparent(parent ?? undefined)
      ? trace.setSpanContext(ROOT_CONTEXT, toContext(parent ?? '', remote))
      : ROOT_CONTEXT;
    const linked = links.filter(isTraceparent).map((link) => ({ context: toContext(link, true) }));
    const span = otel.startSpan(
      name,
      { kind: kind ? kinds[kind] : SpanKind.INTERNAL, links: linked, attributes },
      context,
    );
    const traceparent = toTraceparent(span.spanContext());
    return {
      traceparent,
      rename: (better) => void span.updateName(better),
      set: (more) => void span.setAttributes(more),
      note: (event, reason) => void span.addEvent(event, { reason: messageOf(reason) }),
      fail: (reason) => void span.setStatus({ code: SpanStatusCode.ERROR, message: messageOf(reason) }),
      end: () => span.end(),
      run: (work) => withTrace(traceparent, work),
    };
  }
  return { enabled: true, start };
}

/** Runs `work` in a span of its own, which fails and ends with it. */
export async function inSpan<T>(
  tracer: Tracer,
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const span = tracer.start(name, options);
  try {
    return await span.run(() => work(span));
  } catch (error) {
    span.fail(error);
    throw error;
  } finally {
    span.end();
  }
}
