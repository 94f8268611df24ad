import type { Append } from '@ordermesh/chassis/appender';
import { createNameBasedUuid } from '@ordermesh/chassis/name-based-uuid';
import type { OrderChanged } from './read-event.ts';

export const rowsTopic = 'orders';

const time = { type: 'int64', name: 'io.debezium.time.Timestamp', version: 1, optional: false };

/** Kafka Connect's JSON schema of a row. Always this very one: the sink flushes its batch at each change of schema. */
const schema = JSON.stringify({
  type: 'struct',
  name: 'orders',
  optional: false,
  fields: [
    { field: 'order_id', type: 'string', optional: false },
    { field: 'user_id', type: 'string', optional: false },
    { field: 'product_id', type: 'string', optional: false },
    { field: 'qty', type: 'int32', optional: false },
    { field: 'unit_price', type: 'int64', optional: false },
    { field: 'total_price', type: 'int64', optional: false },
    { field: 'status', type: 'string', optional: false },
    { field: 'reason', type: 'string', optional: true },
    { field: 'created_at', ...time },
    { field: 'updated_at', ...time },
  ],
});

/** What every envelope of the projector begins with; its row and a closing brace follow. */
export const envelopeBegin = `{"schema":${schema},"payload":`;

/** A row derived again from the same event has the same id. */
const idFrom = createNameBasedUuid('a5b0d3e2-57c5-4c0e-8d8b-0f9f6a9d2c55');

/** The header `type` of every row that the projector writes; what people type has none, or another. */
export const rowType = 'OrderRow';

/** The row that an order's new state makes; times in Unix milliseconds. */
export const toRow = (order: OrderChanged) => ({
  order_id: order.orderId,
  user_id: order.userId,
  product_id: order.productId,
  qty: order.qty,
  unit_price: order.unitPrice,
  total_price: order.totalPrice,
  status: order.status,
  reason: order.reason,
  created_at: order.placedAt.getTime(),
  updated_at: order.changedAt.getTime(),
});
export type OrderRow = ReturnType<typeof toRow>;

/** The same as the sink connector upserts it. */
export function toEnvelope(order: OrderChanged, cause: { id: string; traceparent?: string }): Append {
  return {
    topic: rowsTopic,
    key: order.orderId,
    value: `${envelopeBegin}${JSON.stringify(toRow(order))}}`,
    headers: {
      id: idFrom(cause.id),
      type: rowType,
      ...(cause.traceparent !== undefined && { traceparent: cause.traceparent }),
    },
  };
}
