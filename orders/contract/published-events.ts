import { z } from 'zod';
import type { Append } from '@ordermesh/chassis/appender';
import {
  dateTime,
  eventHeaders,
  exampleTraceparent,
  identifier,
  money,
  pieces,
  type PublishedEvent,
} from '@ordermesh/chassis/published-event';
import { withTrace } from '@ordermesh/chassis/trace';
import {
  orderCancelled,
  orderCancelRequested,
  orderConfirmed,
  orderPlaced,
  orderRejected,
  ordersTopic,
} from '../src/events.ts';
import { maxQty, type PlacedOrder } from '../src/order.ts';
import { orderRow } from './order-row.ts';

const key = identifier('The order id: the events of an order keep their order.');

const order = {
  productId: identifier('What was ordered.'),
  qty: pieces('How much of it.', maxQty),
  unitPrice: money('The price of one piece when the order was placed.'),
  totalPrice: money('Exactly qty × unitPrice.'),
  orderId: identifier('The order.'),
  userId: identifier('Who ordered, and pays.'),
  placedAt: dateTime('When it was placed.'),
};

const reason = z
  .enum(['OUT_OF_STOCK', 'UNKNOWN_PRODUCT', 'INSUFFICIENT_FUNDS', 'UNKNOWN_USER'])
  .describe('Why: as catalogs or users said it. New reasons may come.');

const example: PlacedOrder = {
  orderId: '5f0f4a4e-6c1e-4c57-9d1b-2f1f9a4f1c11',
  userId: '0b9c2b8e-1d9f-4f65-8b53-6c0f7f7f7a01',
  productId: 'CATALOG-001',
  qty: 10,
  unitPrice: 1500,
  totalPrice: 15_000,
  placedAt: new Date('2026-07-01T09:30:05.123Z'),
};

function event(
  name: string,
  summary: string,
  appended: () => Append[],
  more: { notes?: string; value?: z.ZodObject } = {},
): PublishedEvent {
  const { notes, value = z.object(order) } = more;
  return {
    ...{ topic: ordersTopic, name, summary, key, headers: eventHeaders(name), value, appended },
    ...(notes !== undefined && { notes }),
  };
}

const traced = (build: (order: PlacedOrder) => Append) => () => [
  withTrace(exampleTraceparent, () => build(example)),
];

/** What this service writes, for the catalogue of events. */
export const publishedEvents: PublishedEvent[] = [
  event('OrderPlaced', 'A client has placed an order.', traced(orderPlaced), {
    notes: 'The append of this record is the commit point of `placeOrder`: only then is the order answered.',
  }),
  event(
    'OrderCancelRequested',
    'A client, or an admin, wants an order cancelled.',
    traced(orderCancelRequested),
    {
      notes: 'A wish: catalogs, which knows what happened to the order before, says what comes of it.',
    },
  ),
  event('OrderConfirmed', 'An order is in stock and paid.', () => [
    orderConfirmed(example, exampleTraceparent),
    orderConfirmed(example),
  ]),
  event(
    'OrderRejected',
    'An order will not be: it is not in stock, or not paid.',
    () => reason.options.map((each) => orderRejected(example, each, exampleTraceparent)),
    { value: z.object({ ...order, reason }) },
  ),
  event(
    'OrderCancelled',
    'An order is cancelled; stock and money are back.',
    () => [orderCancelled(example, exampleTraceparent)],
    {
      notes:
        'Like every outcome it can come late or twice: a status only moves PENDING → CONFIRMED | REJECTED | CANCELLED and CONFIRMED → CANCELLED.',
    },
  ),
  orderRow(example),
];
