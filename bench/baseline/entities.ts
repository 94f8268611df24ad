import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm';

// On ordermesh's own tables, with the same indexes and constraints.

/** BIGINT as a number: money is within 2^53-1. */
const money = (name: string): EntitySchemaColumnOptions => ({
  name,
  type: 'bigint',
  transformer: { to: (value: number) => value, from: Number },
});
const text = (name: string): EntitySchemaColumnOptions => ({ name, type: 'varchar' });
const count = (name: string): EntitySchemaColumnOptions => ({ name, type: 'int' });
const key = (name: string): EntitySchemaColumnOptions => ({ ...text(name), primary: true });

const order = {
  orderId: key('order_id'),
  userId: text('user_id'),
  productId: text('product_id'),
  qty: count('qty'),
  unitPrice: money('unit_price'),
  totalPrice: money('total_price'),
  placedAt: { name: 'placed_at', type: 'datetime', precision: 3 },
  status: text('status'),
  reason: { ...text('reason'), nullable: true },
} as const satisfies Record<string, EntitySchemaColumnOptions>;
type OrderRow = {
  orderId: string;
  userId: string;
  productId: string;
  qty: number;
  unitPrice: number;
  totalPrice: number;
  placedAt: Date;
  status: string;
  reason: string | null;
};

export type Product = { id: string; name: string; unitPrice: number; createdAt: Date };
export const productEntity = new EntitySchema<Product>({
  name: 'Product',
  tableName: 'products',
  columns: {
    id: key('id'),
    name: text('name'),
    unitPrice: money('unit_price'),
    createdAt: { name: 'created_at', type: 'datetime', precision: 3 },
  },
});

export type Stock = { productId: string; available: number; reserved: number; sold: number };
export const stockEntity = new EntitySchema<Stock>({
  name: 'Stock',
  tableName: 'stock',
  columns: {
    productId: key('product_id'),
    available: count('available'),
    reserved: count('reserved'),
    sold: count('sold'),
  },
});

export type Reservation = OrderRow;
export const reservationEntity = new EntitySchema<Reservation>({
  name: 'Reservation',
  tableName: 'reservations',
  columns: order,
});

export type Account = { id: string; email: string; name: string; createdAt: Date };
export const accountEntity = new EntitySchema<Account>({
  name: 'Account',
  tableName: 'accounts',
  columns: {
    id: key('id'),
    email: text('email'),
    name: text('name'),
    createdAt: { name: 'created_at', type: 'datetime', precision: 3 },
  },
});

export type Wallet = { userId: string; balance: number };
export const walletEntity = new EntitySchema<Wallet>({
  name: 'Wallet',
  tableName: 'wallets',
  columns: { userId: key('user_id'), balance: money('balance') },
});

export type Payment = OrderRow & { amount: number };
export const paymentEntity = new EntitySchema<Payment>({
  name: 'Payment',
  tableName: 'payments',
  columns: { ...order, amount: money('amount') },
});
