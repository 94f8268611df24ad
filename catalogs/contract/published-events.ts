import { z } from 'zod';
import {
  dateTime,
  eventHeaders,
  exampleTraceparent,
  identifier,
  money,
  pieces,
  type PublishedEvent,
} from '@ordermesh/chassis/published-event';
import { announce } from '../src/events.ts';
import type { Order, Reservation } from '../src/reservation.ts';
import { productRows } from './product-row.ts';

const order = {
  orderId: identifier('The order.'),
  userId: identifier('Who ordered.'),
  productId: identifier('What was ordered.'),
  qty: pieces('How much of it.', 10_000),
  unitPrice: money('The price of one piece when the order was placed.'),
  totalPrice: money('Exactly qty × unitPrice.'),
  placedAt: dateTime('When the order was placed.'),
};

const reason = z
  .enum(['OUT_OF_STOCK', 'UNKNOWN_PRODUCT'])
  .describe('Whether there is too little of the product, or no such product. New reasons may come.');

const example: Order = {
  orderId: '5f0f4a4e-6c1e-4c57-9d1b-2f1f9a4f1c11',
  userId: '0b9c2b8e-1d9f-4f65-8b53-6c0f7f7f7a01',
  productId: 'CATALOG-001',
  qty: 10,
  unitPrice: 1500,
  totalPrice: 15_000,
  placedAt: new Date('2026-07-01T09:30:05.123Z'),
};

/** All that can become of a reservation. */
const reservations: Reservation[] = [
  { ...example, status: 'RESERVED', reason: null },
  { ...example, status: 'SOLD', reason: null },
  ...reason.options.map((each) => ({ ...example, status: 'REJECTED' as const, reason: each })),
  ...(['CANCELLED', 'CANCELLED_BEFORE_RESERVED', 'PAYMENT_DECLINED'] as const).map((each) => ({
    ...example,
    status: 'RELEASED' as const,
    reason: each,
  })),
];

/** Every event that this service can announce, each also without a trace. */
export const announced = () =>
  reservations.flatMap((reservation) => [
    ...announce(reservation, exampleTraceparent),
    ...announce(reservation, 'none'),
  ]);

function event(
  name: string,
  summary: string,
  notes: string,
  value: z.ZodObject = z.object(order),
): PublishedEvent {
  return {
    ...{ topic: 'catalogs.events', name, summary, notes, value },
    key: identifier('The order id: the events of an order keep their order.'),
    headers: eventHeaders(name),
    throughOutbox: () => announced().filter(({ type }) => type === name),
  };
}

/** What this service writes, for the catalogue of events. */
export const publishedEvents: PublishedEvent[] = [
  event('StockReserved', 'The whole of an order is set aside.', 'It is to be paid for now.'),
  event(
    'StockRejected',
    'Nothing of an order was set aside: all pieces or none.',
    'The order is over.',
    z.object({ ...order, reason }),
  ),
  event(
    'StockReleased',
    'An order that was cancelled holds no stock any more.',
    'It may have held none before: a cancellation that overtakes the order. What was paid is to be given back.',
  ),
  ...productRows,
];
