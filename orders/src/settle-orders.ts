import type { Append, Appender } from '@ordermesh/chassis/appender';
import type { Handler } from '@ordermesh/chassis/consumer';
import { appendAll } from './append-all.ts';
import { orderCancelled, orderConfirmed, orderRejected } from './events.ts';
import { catalogsTopic, readOutcome, usersTopic, type Outcome } from './read-outcome.ts';

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
export function createSettleOrders(options: { appender: Pick<Appender, 'append'> }): Handler<Append> {
  return {
    topics: [catalogsTopic, usersTopic],
    parse: (record) => {
      const outcome = readOutcome(record);
      return outcome && decideOutcome(outcome);
    },
    apply: async (events) => {
      await appendAll(options.appender, events);
      return [];
    },
  };
}
