import { z } from 'zod';
import type { OutboxEvent } from '@ordermesh/chassis/outbox';
import type { Order, Payment } from '../src/payment.ts';
import { decidePayments } from '../src/take-payment.ts';

/** What a pact says of the order that its message is about. */
const state = z.object({
  orderId: z.string(),
  userId: z.string(),
  productId: z.string(),
  qty: z.number(),
  unitPrice: z.number(),
  totalPrice: z.number(),
  placedAt: z.coerce.date(),
});

const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** What users publishes when an event comes that it decides by the wallet and the payment that there are. */
function decided(
  type: 'StockReserved' | 'StockReleased',
  given: (order: Order) => { balance?: number; payment?: Payment },
) {
  return (parameters: unknown): OutboxEvent => {
    const order = state.parse(parameters);
    const { balance, payment } = given(order);
    const { outbox } = decidePayments(
      [{ type, order, traceparent }],
      new Map(balance === undefined ? [] : [[order.userId, balance]]),
      new Map(payment ? [[order.orderId, payment]] : []),
    );
    const [event] = outbox;
    if (!event || outbox.length > 1) throw new Error(`${type} published ${outbox.length} events`);
    return event;
  };
}

/**
 * Every event that others get from users, by the description that their pacts give it, as the service's own code
 * decides and announces it for the order of the provider state. The connector makes a record of it.
 */
export const messages: Record<string, (parameters: unknown) => OutboxEvent> = {
  PaymentCompleted: decided('StockReserved', ({ totalPrice }) => ({ balance: totalPrice })),
  'PaymentDeclined: INSUFFICIENT_FUNDS': decided('StockReserved', ({ totalPrice }) => ({
    balance: totalPrice - 1,
  })),
  'PaymentDeclined: UNKNOWN_USER': decided('StockReserved', () => ({})),
  PaymentRefunded: decided('StockReleased', (order) => ({
    balance: 0,
    payment: { ...order, status: 'PAID', reason: null, amount: order.totalPrice },
  })),
  'PaymentRefunded: nothing had been paid': decided('StockReleased', () => ({ balance: 0 })),
};
