import type { Appender } from '@ordermesh/chassis/appender';
import { clientError, UnavailableError } from '@ordermesh/chassis/errors';
import type { Logger } from '@ordermesh/chassis/log';
import type { Viewer } from '@ordermesh/chassis/token-verifier';
import { orderCancelRequested } from './events.ts';
import { visibleTo, type FindOrder } from './find-orders.ts';
import type { Order } from './order.ts';

/** An order that a viewer wants cancelled: whether to ask for it, or the error to answer with. */
export type Cancellation = { order: Order; request: boolean } | { refusal: Error };

/** `found` is the order as it stands, null if there is none. */
export function decideCancellation(viewer: Viewer, orderId: string, found: Order | null): Cancellation {
  const order = visibleTo(viewer, found);
  if (!order)
    return { refusal: clientError('ORDER_NOT_FOUND', `you have no order ${JSON.stringify(orderId)}`) };
  switch (order.status) {
    case 'PENDING':
    case 'CONFIRMED':
      return { order, request: true };
    case 'CANCELLED':
      return { order, request: false };
    case 'REJECTED': {
      const why = order.reason === null ? '' : ` (${order.reason})`;
      return {
        refusal: clientError('NOT_CANCELLABLE', `the order was rejected${why}: there is nothing to cancel`),
      };
    }
  }
}

/**
 * Cancels an order: one durable append, after which stock and money come back whatever crashes. Answers the order as it
 * is now, not CANCELLED yet. One that was just placed is waited for. Cancelling twice is one cancellation.
 */
export function createCancelOrder(options: {
  findOrder: FindOrder;
  appender: Pick<Appender, 'append'>;
  log: Logger;
}) {
  const { findOrder, appender, log } = options;

  async function request(order: Order): Promise<void> {
    try {
      await appender.append(orderCancelRequested({ ...order, placedAt: order.createdAt }));
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      throw clientError(
        'SERVICE_UNAVAILABLE',
        'the cancellation was not acknowledged in time and may or may not happen; it is safe to try again',
      );
    }
    log.info({ orderId: order.orderId }, 'cancellation requested');
  }

  return async function cancelOrder(viewer: Viewer, orderId: string): Promise<Order> {
    const decision = decideCancellation(viewer, orderId, await findOrder(orderId));
    if ('refusal' in decision) throw decision.refusal;
    if (decision.request) await request(decision.order);
    return decision.order;
  };
}
export type CancelOrder = ReturnType<typeof createCancelOrder>;
