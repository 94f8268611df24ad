import type { Append } from './appender.ts';
import type { ConsumedRecord } from './record.ts';
import { isTraceparent } from './trace.ts';
import { noSpan, type Attributes, type Span, type Tracer } from './tracer.ts';

// By OpenTelemetry's semantic conventions for messaging and for Kafka.

const textOf = (data: Buffer | string | null | undefined): string | undefined =>
  data === null || data === undefined ? undefined : data.toString();

function describe(operation: 'send' | 'process', record: Append | ConsumedRecord): Attributes {
  const { topic, key, headers } = record;
  const [keyText, id, type] = [key, headers['id'], headers['type']].map(textOf);
  return {
    'messaging.system': 'kafka',
    'messaging.operation.type': operation,
    'messaging.operation.name': operation,
    'messaging.destination.name': topic,
    ...(keyText !== undefined && { 'messaging.kafka.message.key': keyText }),
    ...(id !== undefined && { 'messaging.message.id': id }),
    ...(type !== undefined && { 'messaging.message.type': type }),
  };
}

/**
 * The producer span of a record, from when it is handed over until it is acknowledged, and the record with that span
 * in its header `traceparent`. It belongs to the trace in that header; a record without one hands none on.
 */
export function startSending(tracer: Tracer, record: Append): { record: Append; span: Span } {
  if (!tracer.enabled) return { record, span: noSpan };
  const header = textOf(record.headers['traceparent']);
  const isTraced = isTraceparent(header);
  const span = tracer.start(`send ${record.topic}`, {
    kind: 'producer',
    ...(isTraced && { parent: header }),
    attributes: describe('send', record),
  });
  const { traceparent } = span;
  if (!isTraced || traceparent === undefined) return { record, span };
  return { record: { ...record, headers: { ...record.headers, traceparent } }, span };
}

/** What became of a batch: its records that something was done for, and of these the ones refused, with the reason. */
export type Processed = {
  records: ConsumedRecord[];
  refused: { record: ConsumedRecord; reason: string }[];
};

/**
 * The spans of a batch. A batch holds records of many traces, so it is a trace of its own, with links to the spans that
 * sent them; and each record has a span in its own trace, child of the one that sent it and linked to the batch. What
 * is derived from a record is a part of that span, which is therefore in the header `traceparent` of the records given
 * back. They all last as long as the batch, repetitions included: it is one transaction. Records of no concern have none.
 */
export function startProcessing(tracer: Tracer, groupId: string, records: ConsumedRecord[]) {
  const [first] = records;
  if (!tracer.enabled || !first) return untraced(records);
  const { topic, partition } = first;
  const consumer = {
    'messaging.consumer.group.name': groupId,
    'messaging.destination.partition.id': String(partition),
  };
  const batch = tracer.start(`process_batch ${topic}`, {
    kind: 'consumer',
    parent: null,
    links: records.map(({ headers }) => headers['traceparent']),
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'process',
      'messaging.operation.name': 'process_batch',
      'messaging.destination.name': topic,
      'messaging.batch.message_count': records.length,
      ...consumer,
    },
  });
  const spanOf = new Map<ConsumedRecord, Span>();
  const traced = records.map((record) => {
    const sent = record.headers['traceparent'];
    const span = tracer.start(`process ${topic}`, {
      kind: 'consumer',
      parent: isTraceparent(sent) ? sent : null,
      remote: true,
      links: [batch.traceparent],
      attributes: {
        ...describe('process', record),
        ...consumer,
        'messaging.kafka.offset': Number(record.offset),
      },
    });
    const withSpan = carrying(record, span.traceparent);
    spanOf.set(withSpan, span);
    return withSpan;
  });
  return {
    records: traced,
    run: batch.run,
    /** It was tried, and will be again. */
    failed: (error: unknown) => batch.note('attempt failed', error),
    end(processed: Processed | undefined): void {
      for (const { record, reason } of processed?.refused ?? []) spanOf.get(record)?.fail(reason);
      for (const record of processed?.records ?? []) spanOf.get(record)?.end();
      if (!processed) batch.fail('given up: the records come again');
      batch.end();
    },
  };
}

/** A record whose header was no traceparent keeps it as it came, for its dead letter. */
function carrying(record: ConsumedRecord, traceparent: string | undefined): ConsumedRecord {
  if (traceparent === undefined) return record;
  const { headers, headerBytes } = record;
  return {
    ...record,
    headers: { ...headers, traceparent },
    ...(headerBytes && {
      headerBytes: isTraceparent(headers['traceparent'])
        ? { ...headerBytes, traceparent: Buffer.from(traceparent) }
        : headerBytes,
    }),
  };
}

function untraced(records: ConsumedRecord[]) {
  return {
    records,
    run: <T>(work: () => T): T => work(),
    failed: (_error: unknown) => undefined,
    end: (_processed: Processed | undefined) => undefined,
  };
}
