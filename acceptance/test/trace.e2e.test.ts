import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runningStack, startStack, waitFor } from '@ordermesh/stack/testing';
import type { RunningStack, StackProcess } from '@ordermesh/stack/testing';
import type { Connection } from 'mariadb';
import { z } from 'zod';
import { inDatabase } from '../src/books.ts';
import { startCollector } from '../src/otlp/collector.ts';
import type { ExportedSpan } from '../src/otlp/spans.ts';
import { outline, render, treeOf } from '../src/otlp/tree.ts';

// A stack of its own, which exports its traces to a collector in this process. With TRACE_FILE the trace of the first
// order is written there, as in docs/trace-of-an-order.txt.
const minutes = 60_000;
let dir: string;
let collector: Awaited<ReturnType<typeof startCollector>>;
let process_: StackProcess;
let stack: RunningStack;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ordermesh-trace-'));
  collector = await startCollector();
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, OTEL_BSP_SCHEDULE_DELAY: '200' };
  process_ = await startStack({ data: dir, env });
  stack = runningStack(dir);
}, 5 * minutes);

afterAll(async () => {
  await process_?.stop();
  await collector?.stop();
  rmSync(dir, { recursive: true, force: true });
}, minutes);

const placed = z.object({ data: z.object({ placeOrder: z.object({ id: z.string() }) }) });

async function placeOrder(
  headers: Record<string, string> = {},
): Promise<{ orderId: string; traceId: string }> {
  const response = await fetch(stack.graphql, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${stack.demo.customer.token}`,
      ...headers,
    },
    body: JSON.stringify({
      query: 'mutation Traced($input: PlaceOrderInput!) { placeOrder(input: $input) { id status } }',
      variables: { input: { productId: 'CATALOG-001', qty: 1 } },
    }),
  });
  const { data } = placed.parse(await response.json());
  return { orderId: data.placeOrder.id, traceId: response.headers.get('x-trace-id') ?? 'none' };
}

async function rowIs(sql: Connection, orderId: string, status: string): Promise<true> {
  const rows: unknown = await sql.query('SELECT status FROM orders.orders WHERE order_id = ?', [orderId]);
  if (JSON.stringify(rows) !== JSON.stringify([{ status }])) throw new Error(`rows: ${JSON.stringify(rows)}`);
  return true;
}

const spansOf = (traceId: string) => collector.spans.filter((span) => span.traceId === traceId);

/**
 * All that happens to an order that is confirmed, from the request to the two records that are its row at first and at
 * last. The row itself has no span: Kafka Connect, whose sink writes it, is not traced.
 */
const roadOfAnOrder = [
  'gateway server POST /graphql',
  '  gateway internal mutation placeOrder',
  '    gateway internal plan',
  '    gateway client fetch orders',
  '      orders server POST /graphql',
  '        orders internal mutation placeOrder',
  '          orders producer send orders.events',
  '            catalogs consumer process orders.events',
  '              users consumer process catalogs.events',
  '                catalogs consumer process users.events',
  '                orders consumer process users.events',
  '                  orders producer send orders.events',
  '                    orders consumer process orders.events',
  '                      orders producer send orders',
  '            orders consumer process orders.events',
  '              orders producer send orders',
];

/** Siblings have no order: who is first is a matter of milliseconds. */
function sorted(lines: string[]): string[] {
  const path: string[] = [];
  return lines
    .map((line) => {
      const depth = line.search(/\S/) / 2;
      path.splice(depth, path.length, line.trim());
      return path.join(' › ');
    })
    .sort();
}

async function wholeTrace(traceId: string, expected: string[]): Promise<ExportedSpan[]> {
  const look = () => {
    const seen = outline(treeOf(spansOf(traceId)));
    if (seen.length >= expected.length) return true;
    throw new Error(`${seen.length} of ${expected.length} spans:\n${seen.join('\n')}`);
  };
  await waitFor(look, { what: 'the trace to be exported', deadline: minutes, interval: 200 });
  return spansOf(traceId);
}

test(
  'an order is one trace from the request to the records of its row, across Kafka and CDC, in which each span has its parent; the row follows',
  async () => {
    const { orderId, traceId } = await placeOrder();
    const spans = await wholeTrace(traceId, roadOfAnOrder);
    const tree = treeOf(spans);
    expect(sorted(outline(tree))).toEqual(sorted(roadOfAnOrder));
    expect(tree[0]?.span.parentId).toBeUndefined();
    expect(spans.filter(({ failed }) => failed)).toEqual([]);

    // What it says of messages is what the semantic conventions call them.
    const [sent] = spans.filter(({ name }) => name === 'send orders.events');
    expect(sent?.attributes).toMatchObject({
      'messaging.system': 'kafka',
      'messaging.operation.type': 'send',
      'messaging.destination.name': 'orders.events',
      'messaging.kafka.message.key': orderId,
      'messaging.message.type': 'OrderPlaced',
    });
    // What comes after the last span: the sink, which is not traced, writes that record into the table.
    await inDatabase(stack, (sql) =>
      waitFor(() => rowIs(sql, orderId, 'CONFIRMED'), {
        what: 'the row of the last record',
        deadline: minutes,
      }),
    );

    const groups = spans.flatMap(({ attributes }) => attributes['messaging.consumer.group.name'] ?? []);
    expect(groups.sort()).toEqual([
      'catalogs',
      'catalogs',
      'orders-process',
      'orders-projector',
      'orders-projector',
      'users',
    ]);

    // A batch is a trace of its own: linked to what sent its records, and each record's span to it.
    for (const span of spans.filter(({ kind }) => kind === 'consumer')) {
      expect(span.links).toHaveLength(1);
      const isBatch = ({ spanId }: ExportedSpan) => spanId === span.links[0]?.spanId;
      await waitFor(() => collector.spans.some(isBatch), { what: `the batch of ${span.name}` });
      const batch = collector.spans.find(isBatch);
      expect(batch).toMatchObject({
        kind: 'consumer',
        name: span.name.replace('process', 'process_batch'),
        parentId: undefined,
      });
      expect(batch?.traceId).not.toBe(traceId);
      expect(batch?.links).toContainEqual({ traceId, spanId: span.parentId });
      expect(batch?.attributes['messaging.batch.message_count']).toBeGreaterThanOrEqual(1);
    }

    const logged = readFileSync(join(dir, 'logs', 'orders-1.log'), 'utf8').split('\n');
    expect(logged.find((line) => line.includes('"order placed"') && line.includes(orderId))).toContain(
      traceId,
    );
    expect(collector.refused).toEqual([]);
    const file = process.env['TRACE_FILE'];
    if (file) writeFileSync(file, `${render(tree)}\n`);
  },
  2 * minutes,
);

test(
  'a trace that the client began goes on, also through a plan compiled before, which needs no planning',
  async () => {
    const [traceId, spanId] = [randomBytes(16).toString('hex'), randomBytes(8).toString('hex')];
    const answered = await placeOrder({ traceparent: `00-${traceId}-${spanId}-01` });
    expect(answered.traceId).toBe(traceId);
    const unplanned = roadOfAnOrder.filter((line) => !line.endsWith('internal plan'));
    const tree = treeOf(await wholeTrace(traceId, unplanned));
    expect(sorted(outline(tree))).toEqual(sorted(unplanned));
    expect(tree.map(({ span }) => span.parentId)).toEqual([spanId]);
  },
  2 * minutes,
);

test(
  'what the client does not want traced is not, and is carried out all the same',
  async () => {
    const traceId = randomBytes(16).toString('hex');
    const unsampled = await placeOrder({ traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-00` });
    expect(unsampled.traceId).toBe(traceId);
    // A later order of the same customer has gone all the way: the earlier one's spans would have been there.
    const later = await placeOrder();
    await wholeTrace(later.traceId, roadOfAnOrder.slice(1));
    expect(spansOf(traceId)).toEqual([]);
  },
  2 * minutes,
);
