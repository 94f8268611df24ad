/** A field of an envelope's schema; optional false, as Kafka Connect takes it without saying. */
export type Field = {
  field: string;
  type: string;
  optional?: boolean;
  name?: string;
  [more: string]: unknown;
};

const text = ['order_id', 'user_id', 'product_id'].map((field): Field => ({ field, type: 'string' }));

/** The six columns that people type. */
export const typedFields: Field[] = [
  ...text,
  { field: 'qty', type: 'int32' },
  { field: 'unit_price', type: 'int64' },
  { field: 'total_price', type: 'int64' },
];

const time = (field: string): Field => ({
  field,
  type: 'int64',
  name: 'io.debezium.time.Timestamp',
  version: 1,
});

/** All columns, as the projector writes them. */
export const allFields: Field[] = [
  ...typedFields,
  { field: 'status', type: 'string' },
  { field: 'reason', type: 'string', optional: true },
  time('created_at'),
  time('updated_at'),
];

export type Payload = Record<string, unknown>;

export const typed = (orderId: string, more: Payload = {}): Payload => ({
  order_id: orderId,
  user_id: 'user-1',
  product_id: 'CATALOG-001',
  qty: 10,
  unit_price: 1500,
  total_price: 15_000,
  ...more,
});

export const placedAt = Date.UTC(2026, 6, 1, 1, 30, 5, 123);

export const complete = (orderId: string, more: Payload = {}): Payload =>
  typed(orderId, { status: 'PENDING', reason: null, created_at: placedAt, updated_at: placedAt, ...more });

export const envelope = (fields: Field[], payload: unknown, schema: Record<string, unknown> = {}): string =>
  JSON.stringify({ schema: { type: 'struct', fields, name: 'orders', ...schema }, payload });

/** The fields with one replaced, or added. */
export const withField = (fields: Field[], changed: Field): Field[] =>
  fields.some(({ field }) => field === changed.field)
    ? fields.map((each) => (each.field === changed.field ? changed : each))
    : [...fields, changed];

export const without = (fields: Field[], name: string): Field[] =>
  fields.filter(({ field }) => field !== name);
