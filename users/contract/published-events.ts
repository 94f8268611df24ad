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
import type { Order, Payment } from '../src/payment.ts';

const order = {
  orderId: identifier('The order.'),
  userId: identifier('Who ordered, and pays.'),
  productId: identifier('What was ordered.'),
  qty: pieces('How much of it.', 10_000),
  unitPrice: money('The price of one piece when the order was placed.'),
  totalPrice: money('Exactly qty × unitPrice.'),
  placedAt: dateTime('When the order was placed.'),
};

const reason = z
  .enum(['INSUFFICIENT_FUNDS', 'UNKNOWN_USER'])
  .describe('Whether there is too little in the wallet, or no such user. New reasons may come.');

const example: Order = {
  orderId: '5f0f4a4e-6c1e-4c57-9d1b-2f1f9a4f1c11',
  userId: '0b9c2b8e-1d9f-4f65-8b53-6c0f7f7f7a01',
  productId: 'CATALOG-001',
  qty: 10,
  unitPrice: 1500,
  totalPrice: 15_000,
  placedAt: new Date('2026-07-01T09:30:05.123Z'),
};

/** All that can become of a payment. */
const payments: Payment[] = [
  { ...example, status: 'PAID', reason: null, amount: example.totalPrice },
  ...reason.options.map((each) => ({ ...example, status: 'DECLINED' as const, reason: each, amount: 0 })),
  { ...example, status: 'REFUNDED', reason: null, amount: example.totalPrice },
  { ...example, status: 'VOIDED', reason: null, amount: 0 },
];

/** Every event that this service can announce, each also without a trace. */
export const announced = () =>
  payments.flatMap((payment) => [announce(payment, exampleTraceparent), announce(payment, 'none')]);

function event(
  name: string,
  summary: string,
  notes?: string,
  value: z.ZodObject = z.object(order),
): PublishedEvent {
  return {
    ...{ topic: 'users.events', name, summary, value },
    ...(notes !== undefined && { notes }),
    key: identifier('The order id: the events of an order keep their order.'),
    headers: eventHeaders(name),
    throughOutbox: () => announced().filter(({ type }) => type === name),
  };
}

/** What this service writes, for the catalogue of events. */
export const publishedEvents: PublishedEvent[] = [
  event('PaymentCompleted', 'The whole price of an order was taken from the wallet.'),
  event(
    'PaymentDeclined',
    'Nothing was taken from the wallet: the whole price or nothing.',
    'The stock that was set aside is free again.',
    z.object({ ...order, reason }),
  ),
  event(
    'PaymentRefunded',
    'Whatever was taken for an order is back in the wallet.',
    'Also for an order of which nothing had been taken yet, and nothing ever will be.',
    z.object({ ...order, amount: money('What came back; 0 when nothing had been taken.') }),
  ),
];
