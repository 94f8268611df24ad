import { z } from 'zod';
import { dateTime, identifier, money, pieces } from '@ordermesh/chassis/published-event';
import type { Example, Message } from './message.ts';

// What people type into a console producer: no headers, and usually no key. It is written down here because nobody's
// code builds it; the tests hold it to the code that reads it.

const people = { writtenBy: ['people'], by: '`npm run -s kafka -- console-producer`' };
const headers = z.object({});
const key = z.null().describe('None is needed; one that is there is ignored.');

const example = (topic: string, value: object): Example => ({
  ...{ topic, key: null, headers: {} },
  value: JSON.stringify(value),
});

const stockMovement: Message = {
  name: 'StockMovement',
  topics: ['orders.events'],
  ...people,
  summary: 'Pieces that left the stock outside of any order.',
  notes:
    'Told from an order by the lack of an `orderId`. It counts once: its identity is topic, partition, offset and time of the record. More than is available, or an unknown product, is a dead letter.',
  key,
  headers,
  value: z.object({
    productId: identifier('What left the stock.'),
    qty: pieces('How much of it.', 10_000),
    unitPrice: money('The price of one piece.').optional(),
    totalPrice: money('Exactly qty × unitPrice.').optional(),
  }),
  examples: [
    example('orders.events', { productId: 'CATALOG-002', qty: 5 }),
    example('orders.events', { productId: 'CATALOG-002', qty: 5, unitPrice: 900, totalPrice: 4500 }),
  ],
};

const typedOrder = { productId: 'CATALOG-001', qty: 10, unitPrice: 1500, totalPrice: 15_000 };
const ids = { orderId: 'my-first-order', userId: '0b9c2b8e-1d9f-4f65-8b53-6c0f7f7f7a01' };

const orderTyped: Message = {
  name: 'OrderPlacedByHand',
  topics: ['orders.events'],
  ...people,
  summary: 'An order like any other: stock, payment, row and status follow.',
  notes: 'A record without the header `type` is taken for OrderPlaced.',
  key,
  headers,
  value: z.object({
    productId: identifier('What is ordered.'),
    qty: pieces('How much of it.', 10_000),
    unitPrice: money('The price of one piece.'),
    totalPrice: money('Exactly qty × unitPrice.'),
    orderId: identifier('The order.'),
    userId: identifier('Who orders, and pays.'),
    placedAt: dateTime('When it was placed; the time of the record unless said.').optional(),
  }),
  examples: [
    example('orders.events', { ...typedOrder, ...ids }),
    example('orders.events', { ...typedOrder, ...ids, placedAt: '2026-07-01T09:30:05.123Z' }),
  ],
};

const column = z.object({
  field: z.string().describe('The column.'),
  type: z.enum(['string', 'int32', 'int64']).describe('Kafka Connect’s type of it.'),
  optional: z.literal(false).optional().describe('Of no need: false unless it is said.'),
});

const columns = {
  order_id: ['string', 'my-second-order'],
  user_id: ['string', '0b9c2b8e-1d9f-4f65-8b53-6c0f7f7f7a01'],
  product_id: ['string', 'CATALOG-001'],
  qty: ['int32', 10],
  unit_price: ['int64', 1500],
  total_price: ['int64', 15_000],
} as const;

const envelope = (more: object) => ({
  schema: {
    type: 'struct',
    name: 'orders',
    fields: Object.entries(columns).map(([field, [type]]) => ({ field, type, ...more })),
    ...more,
  },
  payload: Object.fromEntries(Object.entries(columns).map(([field, [, value]]) => [field, value])),
});

const rowTyped: Message = {
  name: 'OrderRowByHand',
  topics: ['orders'],
  ...people,
  summary: 'A row for the table `orders` that belongs to no event: outside of stock, payment and status.',
  notes: 'Lands in the table as PENDING. More columns may be given: see OrderRow.',
  key,
  headers,
  value: z.object({
    schema: z.object({
      type: z.literal('struct'),
      name: z.literal('orders').describe('Of no importance.'),
      optional: z.literal(false).optional(),
      fields: z.array(column).describe('The columns that the payload has.'),
    }),
    payload: z.object({
      order_id: identifier('The order; the table’s unique key.'),
      user_id: identifier('Who ordered.'),
      product_id: identifier('What was ordered.'),
      qty: pieces('How much of it.', 2 ** 31 - 1),
      unit_price: money('The price of one piece.'),
      total_price: money('Exactly qty × unit_price.'),
    }),
  }),
  examples: [{}, { optional: false }].map((more) => example('orders', envelope(more))),
};

export const typedByHand = { stockMovement, orderTyped, rowTyped };
