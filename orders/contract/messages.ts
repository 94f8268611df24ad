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
});

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

type Message = (order: PlacedOrder) => Append;

const events = {
  OrderPlaced: (order) => withTrace(traceparent, () => orderPlaced(order)),
  OrderCancelRequested: (order) => withTrace(traceparent, () => orderCancelRequested(order)),
  OrderConfirmed: (order) => decideOutcome({ type: 'PaymentCompleted', order, traceparent }),
  OrderRejected: (order) =>
    decideOutcome({ type: 'StockRejected', reason: 'OUT_OF_STOCK', order, traceparent }),
  OrderCancelled: (order) => decideOutcome({ type: 'PaymentRefunded', order, traceparent }),
} satisfies Record<string, Message>;

/** The row that the projector makes of an event, which was appended at that time. */
function rowOf({ topic, key, value, headers }: Append, appendedAt: Date): Append {
  const bytes = (content: Buffer | string | null) => (content === null ? null : Buffer.from(content));
  const row = decideRow({
    topic,
    partition: 0,
    offset: '0',
    timestamp: String(appendedAt.getTime()),
    key: bytes(key),
    value: bytes(value),
    headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, String(header)])),
  });
  if (!row) throw new Error(`${headers['type']} makes no row`);
  return row;
}

function about(message: (order: PlacedOrder, changedAt: Date) => Append) {
  return (parameters: unknown): Append => {
    const {
      orderId,
      userId,
      productId,
      qty,
      unitPrice,
      placedAt,
      changedAt = placedAt,
    } = state.parse(parameters);
    const input = { productId, qty, idempotencyKey: null, expectedUnitPrice: null };
    return message(decideOrder({ input, unitPrice, userId, orderId, now: placedAt }), changedAt);
  };
}

/**
 * Every message that others get from orders, by the description that their pacts give it, as the service's own code
 * builds it for the order of the provider state.
 */
export const messages: Record<string, (parameters: unknown) => Append> = {
  ...Object.fromEntries(Object.entries(events).map(([type, event]) => [type, about(event)])),
  'the row of an order that was placed': about((order, at) => rowOf(events.OrderPlaced(order), at)),
  'the row of an order that was confirmed': about((order, at) => rowOf(events.OrderConfirmed(order), at)),
  'the row of an order that was rejected': about((order, at) => rowOf(events.OrderRejected(order), at)),
  'the row of an order that was cancelled': about((order, at) => rowOf(events.OrderCancelled(order), at)),
};
