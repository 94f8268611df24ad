import type { Claim } from '@ordermesh/orders/entities';
import type { Order } from '@ordermesh/orders/order';
import { readOutcome } from '@ordermesh/orders/read-outcome';
import { readAll, type Handler } from './consumers.ts';
import type { Append, LogRecord } from './log.ts';
import type { Rules } from './rules.ts';

/** An insert (nothing before) or update of a row. */
export type RowChange = { before: Order | undefined; after: Order };

/** The database of orders. */
export type OrdersDatabase = {
  rows: Map<string, Order>;
  /** What the safety checks have not seen yet. */
  changes: RowChange[];
  /** By user and idempotency key. */
  claims: Map<string, Claim>;
};

export const createOrdersDatabase = (): OrdersDatabase => ({
  rows: new Map(),
  changes: [],
  claims: new Map(),
});

const append = (record: Append) => ({ append: record });

/** The consumer group `orders-process`. */
export function createProcessHandler(rules: Rules): Handler {
  return (records) => {
    const { events, malformed } = readAll('orders-process', records, readOutcome);
    return [...events.map((outcome) => append(rules.decideOutcome(outcome))), ...malformed];
  };
}

/** The consumer group `orders-projector`. */
export function createProjectorHandler(rules: Rules): Handler {
  return (records) => {
    const { events, malformed } = readAll('orders-projector', records, rules.decideRow);
    return [...events.map(append), ...malformed];
  };
}

/** A row as it is written in the payload of an envelope. */
type RowPayload = {
  order_id: string;
  user_id: string;
  product_id: string;
  qty: number;
  unit_price: number;
  total_price: number;
  status: Order['status'];
  reason: string | null;
  created_at: number;
  updated_at: number;
};

function readRow({ value }: LogRecord): Order {
  const { payload }: { payload: RowPayload } = JSON.parse(String(value));
  return {
    orderId: payload.order_id,
    userId: payload.user_id,
    productId: payload.product_id,
    qty: payload.qty,
    unitPrice: payload.unit_price,
    totalPrice: payload.total_price,
    status: payload.status,
    reason: payload.reason,
    createdAt: new Date(payload.created_at),
    updatedAt: new Date(payload.updated_at),
  };
}

/** The sink connector `orders-sink`: upserts, which the table's trigger has a say in. */
export function createSinkHandler({ rows, changes }: OrdersDatabase, rules: Rules): Handler {
  return (records) => {
    for (const record of records) {
      const row = readRow(record);
      const before = rows.get(row.orderId);
      const after = before ? rules.updateRow(before, row) : row;
      rows.set(row.orderId, after);
      changes.push({ before, after });
    }
    return [];
  };
}
