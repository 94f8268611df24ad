import type { Append, Appender } from '@ordermesh/chassis/appender';
import type { Handler } from '@ordermesh/chassis/consumer';
import { appendAll } from './append-all.ts';
import { orderCancelled, orderConfirmed, orderRejected } from './events.ts';
import type { OrderStatus } from './order.ts';
import { catalogsTopic, readOutcome, usersTopic, type Outcome } from './read-outcome.ts';

/** What becomes of an order by each outcome. */
const statusBy = {
  StockRejected: 'REJECTED',
  PaymentDeclined: 'REJECTED',
  PaymentCompleted: 'CONFIRMED',
  PaymentRefunded: 'CANCELLED',
} as const satisfies Record<Outcome['type'], OrderStatus>;

/** The event that settles the order: the outcome alone decides it, whatever was decided before. */
export function decideOutcome(outcome: Outcome): Append {
  const { order, traceparent } = outcome;
  switch (outcome.type) {
    case 'StockRejected':
    case 'PaymentDeclined':
      return orderRejected(order, outcome.reason, traceparent);
    case 'PaymentCompleted':
      return orderConfirmed(order, traceparent);
    case 'PaymentRefunded':
      return orderCancelled(order, traceparent);
  }
}

/**
 * The orders process: what came of stock and payment becomes what became of the order. It keeps no state: an outcome that
 * comes again, or from an instance that stalled, is appended again under the same id, and the table's trigger keeps the
 * order of things.
 */
export function createSettleOrders(options: {
  appender: Pick<Appender, 'append'>;
  /** Told of each outcome that was appended. */
  settled?: (status: OrderStatus, placedAt: Date) => void;
}): Handler<Outcome> {
  const { appender, settled } = options;
  return {
    topics: [catalogsTopic, usersTopic],
    parse: readOutcome,
    apply: async (outcomes) => {
      await appendAll(appender, outcomes.map(decideOutcome));
      for (const { type, order } of outcomes) settled?.(statusBy[type], order.placedAt);
      return [];
    },
  };
}
