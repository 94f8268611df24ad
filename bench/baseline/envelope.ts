import type { Order } from './kafka.ts';

const time = { type: 'int64', name: 'io.debezium.time.Timestamp', version: 1, optional: false };
const field = (name: string, type: string, optional = false) => ({ field: name, type, optional });

/** The columns that the sink connector writes, those of ordermesh: one schema, which is the fastest for it. */
const schema = {
  type: 'struct',
  name: 'orders',
  optional: false,
  fields: [
    ...[field('order_id', 'string'), field('user_id', 'string'), field('product_id', 'string')],
    ...[field('qty', 'int32'), field('unit_price', 'int64'), field('total_price', 'int64')],
    ...[field('status', 'string'), field('reason', 'string', true)],
    ...[
      { field: 'created_at', ...time },
      { field: 'updated_at', ...time },
    ],
  ],
};

/** A row of the table `orders` in Kafka Connect's JSON envelope. */
export const toEnvelope = (order: Order, status: string, reason: string | null = null): string =>
  JSON.stringify({
    schema,
    payload: {
      ...{ order_id: order.orderId, user_id: order.userId, product_id: order.productId, qty: order.qty },
      ...{ unit_price: order.unitPrice, total_price: order.totalPrice, status, reason },
      ...{ created_at: Date.parse(order.placedAt), updated_at: Date.now() },
    },
  });
