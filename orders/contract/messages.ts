import { z } from 'zod';
import type { Append } from '@ordermesh/chassis/appender';
import { withTrace } from '@ordermesh/chassis/trace';
import { orderCancelRequested, orderPlaced } from '../src/events.ts';
import type { PlacedOrder } from '../src/order.ts';
import { decideOrder } from '../src/place-order.ts';
import { decideRow } from '../src/project-orders.ts';
import { decideOutcome } from '../src/settle-orders.ts';

/** What a pact says of the order that its message is about. */
const state = z.object({
  orderId: z.string(),
  userId: z.string(),
  productId: z.string(),
  qty: z.number(),
  unitPrice: z.number(),
  placedAt: z.coerce.date(),
  /** When what the message tells of happened; when the order was placed unless said. */
  changedAt: z.coerce.date().optional(),
  /** Why it was rejected. */
  reason: z.string().default('OUT_OF_STOCK'),
});

/** An order, when what a message tells of it happened, and why if it was rejected. */
type Case = { order: PlacedOrder; changedAt: Date; reason: string };

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const events = {
  OrderPlaced: ({ order }: Case) => withTrace(traceparent, () => orderPlaced(order)),
  OrderCancelRequested: ({ order }: Case) => withTrace(traceparent, () => orderCancelRequested(order)),
  OrderConfirmed: ({ order }: Case) => decideOutcome({ type: 'PaymentCompleted', order, traceparent }),
  OrderRejected: ({ order, reason }: Case) =>
    decideOutcome({ type: 'StockRejected', reason, order, traceparent }),
  OrderCancelled: ({ order }: Case) => decideOutcome({ type: 'PaymentRefunded', order, traceparent }),
};

const bytes = (content: Buffer | string | null) => (content === null ? null : Buffer.from(content));

/** The row that the projector makes of an event. */
const rowOf = (event: (subject: Case) => Append) => (subject: Case) => {
  const { topic, key, value, headers } = event(subject);
  const row = decideRow({
    topic,
    partition: 0,
    offset: '0',
    timestamp: String(subject.changedAt.getTime()),
    key: bytes(key),
    value: bytes(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, String(header)])),
  });
  if (!row) throw new Error(`${headers['type']} makes no row`);
  return row;
};

const builders: Record<string, (subject: Case) => Append> = {
  ...events,
  'the row of an order that was placed': rowOf(events.OrderPlaced),
  'the row of an order that was confirmed': rowOf(events.OrderConfirmed),
  'the row of an order that was rejected': rowOf(events.OrderRejected),
  'the row of an order that was cancelled': rowOf(events.OrderCancelled),
};

function caseOf(parameters: unknown): Case {
  const { placedAt, changedAt = placedAt, reason, orderId, userId, ...ordered } = state.parse(parameters);
  const { productId, qty, unitPrice } = ordered;
  const input = { productId, qty, idempotencyKey: null, expectedUnitPrice: null };
  return { order: decideOrder({ input, unitPrice, userId, orderId, now: placedAt }), changedAt, reason };
}

/**
 * Every message that others get from orders, by the description that their pacts give it, as the service's own code
 * builds it for the order of the provider state.
 */
export const messages: Record<string, (parameters: unknown) => Append> = Object.fromEntries(
  Object.entries(builders).map(([description, build]) => [
    description,
    (parameters: unknown) => build(caseOf(parameters)),
  ]),
);
