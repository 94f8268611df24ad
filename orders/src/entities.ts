import { EntitySchema } from 'typeorm';
import type { Order, PlacedOrder } from './order.ts';

/** Read only: the sink connector writes the table. */
export const OrderEntity = new EntitySchema<Order>({
  name: 'Order',
  tableName: 'orders',
  columns: {
    orderId: { name: 'order_id', type: 'varchar', length: 64, primary: true },
    userId: { name: 'user_id', type: 'varchar', length: 64 },
    productId: { name: 'product_id', type: 'varchar', length: 64 },
    qty: { type: 'int' },
    unitPrice: { name: 'unit_price', type: 'bigint' },
    totalPrice: { name: 'total_price', type: 'bigint' },
    status: { type: 'varchar', length: 16 },
    reason: { type: 'varchar', length: 64, nullable: true },
    createdAt: { name: 'created_at', type: 'datetime', precision: 3 },
    updatedAt: { name: 'updated_at', type: 'datetime', precision: 3 },
  },
});

/** An order that was claimed by an idempotency key, and the input that claimed it. */
export type Claim = PlacedOrder & {
  idempotencyKey: string;
  expectedUnitPrice: number | null;
  /** Whether the broker is known to have acknowledged the order. */
  appended: boolean;
};

export const ClaimEntity = new EntitySchema<Claim>({
  name: 'Claim',
  tableName: 'idempotency_keys',
  columns: {
    userId: { name: 'user_id', type: 'varchar', length: 64, primary: true },
    idempotencyKey: { name: 'idempotency_key', type: 'varchar', length: 64, primary: true },
    orderId: { name: 'order_id', type: 'varchar', length: 64 },
    productId: { name: 'product_id', type: 'varchar', length: 64 },
    qty: { type: 'int' },
    expectedUnitPrice: { name: 'expected_unit_price', type: 'bigint', nullable: true },
    unitPrice: { name: 'unit_price', type: 'bigint' },
    totalPrice: { name: 'total_price', type: 'bigint' },
    placedAt: { name: 'placed_at', type: 'datetime', precision: 3 },
    appended: { type: 'boolean', default: false },
  },
});

export const entities = [OrderEntity, ClaimEntity];
