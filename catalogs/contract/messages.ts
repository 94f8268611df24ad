import { z } from 'zod';
import type { OutboxEvent } from '@ordermesh/chassis/outbox';
import type { Order, Reservation } from '../src/reservation.ts';
import { decideReservations } from '../src/reserve-stock.ts';

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

/** What catalogs publishes when an event comes that it decides by the stock and the reservation that there are. */
function decided(
  type: 'OrderPlaced' | 'OrderCancelRequested',
  given: (order: Order) => { available?: number; reservation?: Reservation },
) {
  return (parameters: unknown): OutboxEvent => {
    const order = state.parse(parameters);
    const { available, reservation } = given(order);
    const { outbox } = decideReservations(
      [{ type, order, traceparent }],
      new Map(available === undefined ? [] : [[order.productId, available]]),
      {
        reservations: new Map(reservation ? [[order.orderId, reservation]] : []),
        movements: new Set(),
      },
    );
    const [event] = outbox;
    if (!event || outbox.length > 1) throw new Error(`${type} published ${outbox.length} events`);
    return event;
  };
}

/**
 * Every event that others get from catalogs, by the description that their pacts give it, as the service's own code
 * decides and announces it for the order of the provider state. The connector makes a record of it.
 */
export const messages: Record<string, (parameters: unknown) => OutboxEvent> = {
  StockReserved: decided('OrderPlaced', ({ qty }) => ({ available: qty })),
  'StockRejected: OUT_OF_STOCK': decided('OrderPlaced', ({ qty }) => ({ available: qty - 1 })),
  'StockRejected: UNKNOWN_PRODUCT': decided('OrderPlaced', () => ({})),
  StockReleased: decided('OrderCancelRequested', (order) => ({
    available: 0,
    reservation: { ...order, status: 'RESERVED', reason: null },
  })),
  'StockReleased: nothing was reserved': decided('OrderCancelRequested', () => ({ available: 0 })),
};
