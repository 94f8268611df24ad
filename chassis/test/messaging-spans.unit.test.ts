import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { expect, test } from '@jest/globals';
import type { Append } from '../src/appender.ts';
import { startProcessing, startSending } from '../src/messaging-spans.ts';
import type { ConsumedRecord } from '../src/record.ts';
import { currentTraceparent } from '../src/trace.ts';
import { noTracer } from '../src/tracer.ts';
import { recordingTelemetry } from './support/spans.ts';

const traceparentOf = (digit: string) => `00-${digit.repeat(32)}-${digit.repeat(16)}-01`;

function recordOf(headers: Record<string, string>, offset = '7'): ConsumedRecord {
  const bytes = Object.entries(headers).map(([name, text]): [string, Buffer] => [name, Buffer.from(text)]);
  return {
    topic: 'things',
    partition: 2,
    offset,
    timestamp: '1782950400000',
    key: Buffer.from('thing-1'),
    value: Buffer.from('{}'),
    headers,
    headerBytes: Object.fromEntries(bytes),
  };
}

const thing = {
  topic: 'things',
  key: 'thing-1',
  value: '{}',
  headers: { id: 'event-1', type: 'ThingMade', traceparent: traceparentOf('a') },
};

test('a record is sent with the producer span of its own trace in its header', () => {
  const { tracer, finished } = recordingTelemetry();
  const { record, span } = startSending(tracer, thing);
  span.end();
  const [sent] = finished();
  expect(sent).toMatchObject({
    name: 'send things',
    kind: SpanKind.PRODUCER,
    parentSpanContext: { traceId: 'a'.repeat(32), spanId: 'a'.repeat(16) },
    attributes: {
      'messaging.system': 'kafka',
      'messaging.operation.type': 'send',
      'messaging.operation.name': 'send',
      'messaging.destination.name': 'things',
      'messaging.kafka.message.key': 'thing-1',
      'messaging.message.id': 'event-1',
      'messaging.message.type': 'ThingMade',
    },
  });
  expect(record).toEqual({ ...thing, headers: { ...thing.headers, traceparent: span.traceparent } });
  expect(thing.headers.traceparent).toBe(traceparentOf('a'));
});

test('a record without a traceparent, or with a malformed one, is sent as it is', () => {
  const { tracer } = recordingTelemetry();
  const without: Append['headers'][] = [
    {},
    { traceparent: 'nonsense' },
    { traceparent: Buffer.from([0xff]) },
  ];
  for (const headers of without) {
    expect(startSending(tracer, { ...thing, headers }).record.headers).toBe(headers);
  }
  expect(startSending(noTracer, thing).record).toBe(thing);
});

test('a batch is linked to what sent its records; each record is a part of its own trace, linked to the batch', async () => {
  const { tracer, finished } = recordingTelemetry();
  const came = [
    recordOf({ type: 'ThingMade', traceparent: traceparentOf('a') }, '7'),
    recordOf({ type: 'ThingSold', traceparent: traceparentOf('b') }, '8'),
    recordOf({ type: 'OfNoConcern', traceparent: traceparentOf('c') }, '9'),
    recordOf({ type: 'Untraced' }, '10'),
  ];
  const batch = startProcessing(tracer, 'group-1', came);
  const [made, sold, , untraced] = batch.records;
  if (!made || !sold || !untraced) throw new Error('records are missing');
  batch.failed(new Error('the database is away'));
  const current = await batch.run(() => Promise.resolve(currentTraceparent()));
  batch.end({ records: [made, sold, untraced], refused: [{ record: sold, reason: 'not for sale' }] });

  const spans = finished();
  expect(spans.map(({ name }) => name)).toEqual([
    ...Array.from({ length: 3 }, () => 'process things'),
    'process_batch things',
  ]);
  const [madeSpan, soldSpan, untracedSpan, batchSpan] = spans;
  if (!batchSpan) throw new Error('no span of the batch');
  expect(current?.slice(3, 35)).toBe(batchSpan.spanContext().traceId);
  expect(batchSpan.parentSpanContext).toBeUndefined();
  expect(batchSpan.links.map(({ context }) => context.spanId[0])).toEqual(['a', 'b', 'c']);
  expect(batchSpan.attributes).toMatchObject({
    'messaging.batch.message_count': 4,
    'messaging.consumer.group.name': 'group-1',
    'messaging.destination.partition.id': '2',
  });
  expect(batchSpan.events.map(({ attributes }) => attributes)).toEqual([{ reason: 'the database is away' }]);
  expect(batchSpan.status.code).toBe(SpanStatusCode.UNSET);

  expect(madeSpan).toMatchObject({
    kind: SpanKind.CONSUMER,
    parentSpanContext: { spanId: 'a'.repeat(16), isRemote: true },
    attributes: { 'messaging.kafka.offset': 7, 'messaging.message.type': 'ThingMade' },
  });
  expect(madeSpan?.links.map(({ context }) => context.spanId)).toEqual([batchSpan.spanContext().spanId]);
  expect(soldSpan?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'not for sale' });
  expect(untracedSpan?.parentSpanContext).toBeUndefined();

  // What is derived from a record, its dead letter too, is a part of the record's span.
  expect(made.headers['traceparent']).toContain(`${'a'.repeat(32)}-${madeSpan?.spanContext().spanId}`);
  expect(made.headerBytes?.['traceparent']?.toString()).toBe(made.headers['traceparent']);
  expect(untraced.headers['traceparent']).toContain(untracedSpan?.spanContext().traceId);
  expect(untraced.headerBytes).toBe(came[3]?.headerBytes);
});

test('a batch that was given up says so, and its records, which come again, have no span', () => {
  const { tracer, finished } = recordingTelemetry();
  startProcessing(tracer, 'group-1', [recordOf({ traceparent: traceparentOf('a') })]).end(undefined);
  expect(finished().map(({ name, status }) => [name, status.code])).toEqual([
    ['process_batch things', SpanStatusCode.ERROR],
  ]);
});

test('where nothing is traced, the records are the ones that came', () => {
  const came = [recordOf({ traceparent: traceparentOf('a') })];
  expect(startProcessing(noTracer, 'group-1', came).records).toBe(came);
});
