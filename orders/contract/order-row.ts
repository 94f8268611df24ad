import { z } from 'zod';
import type { Append } from '@ordermesh/chassis/appender';
import {
  eventHeaders,
  exampleTraceparent,
  identifier,
  money,
  pieces,
  unixMilliseconds,
  type PublishedEvent,
} from '@ordermesh/chassis/published-event';
import { withTrace } from '@ordermesh/chassis/trace';
import { rowsTopic } from '../src/envelope.ts';
import { orderCancelled, orderConfirmed, orderPlaced, orderRejected } from '../src/events.ts';
import { maxQty, type PlacedOrder } from '../src/order.ts';
import { decideRow } from '../src/project-orders.ts';

const row = z.object({
  order_id: identifier('The order; the table’s unique key.'),
  user_id: identifier('Who ordered.'),
  product_id: identifier('What was ordered.'),
  qty: pieces('How much of it.', maxQty),
  unit_price: money('The price of one piece when it was placed.'),
  total_price: money('Exactly qty × unit_price.'),
  status: z.enum(['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED']).describe('What became of it so far.'),
  reason: z.string().max(64).nullable().describe('Why it was rejected; else null.'),
  created_at: unixMilliseconds('When it was placed.'),
  updated_at: unixMilliseconds('When it came to its status.'),
});

const column = z.object({
  field: z.enum(Object.keys(row.shape)).describe('The column.'),
  type: z.enum(['string', 'int32', 'int64']).describe('Kafka Connect’s type of it.'),
  optional: z.boolean().describe('Whether it may be null.'),
  name: z.literal('io.debezium.time.Timestamp').optional().describe('Of a time: int64 Unix milliseconds.'),
  version: z.literal(1).optional().describe('Of that type.'),
});

const envelope = z.object({
  schema: z
    .object({
      type: z.literal('struct'),
      name: z.literal('orders'),
      optional: z.literal(false),
      fields: z.array(column).describe('The columns.'),
    })
    .describe('Always the very same: the sink flushes its batch at each change of schema.'),
  payload: row.describe('The row.'),
});

/** The rows that the projector makes of each change of an order. */
export function orderRow(order: PlacedOrder): PublishedEvent {
  const changes = () =>
    withTrace(exampleTraceparent, () => [
      orderPlaced(order),
      orderConfirmed(order, exampleTraceparent),
      orderRejected(order, 'OUT_OF_STOCK', exampleTraceparent),
      orderCancelled(order),
    ]);
  return {
    topic: rowsTopic,
    name: 'OrderRow',
    summary: 'An order as it stands after an event of `orders.events`: a row for the table `orders`.',
    notes:
      'Kafka Connect’s JSON envelope, which the sink connector upserts by `order_id`. The table’s trigger keeps the order of things: what comes late changes nothing.',
    key: identifier('The order id.'),
    headers: eventHeaders('OrderRow'),
    value: envelope,
    appended: () => changes().map(asRow),
  };
}

/** What the projector makes of it once it lies on its topic. */
function asRow({ topic, value, headers }: Append, offset: number): Append {
  const row = decideRow({
    ...{ topic, partition: 0, offset: String(offset), timestamp: String(Date.UTC(2026, 6, 1, 9, 30, 6)) },
    key: null,
    value: Buffer.from(value ?? ''),
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, String(header)])),
  });
  if (!row) throw new Error(`${headers['type']} makes no row`);
  return row;
}
