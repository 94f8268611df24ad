import { decideReservations } from '@ordermesh/catalogs/reserve-stock';
import type { Order } from '@ordermesh/orders/order';
import { decideRow } from '@ordermesh/orders/project-orders';
import { decideOutcome } from '@ordermesh/orders/settle-orders';
import { decidePayments } from '@ordermesh/users/take-payment';
import { partitionByKey, type Partitioner } from './log.ts';

/** What a correct outcome rests on: the services' own decisions, and what they count on around them. */
export type Rules = {
  decideReservations: typeof decideReservations;
  decidePayments: typeof decidePayments;
  decideOutcome: typeof decideOutcome;
  decideRow: typeof decideRow;
  partitionOf: Partitioner;
  /** What becomes of a row of the table `orders` when the sink updates it. */
  updateRow(before: Order, update: Order): Order;
  /** A row whose key is there already is refused. */
  uniqueKeys: boolean;
  offsetsAfterWork: boolean;
  /** An outbox connector stores how far it is after it has published. */
  positionAfterPublishing: boolean;
  answerAfterAppend: boolean;
};

/**
 * The trigger of orders/migrations in TypeScript, as SQL cannot run here: the one thing that is written twice. The test of
 * the trigger on the real database (orders/test/status-trigger.int.test.ts) holds the SQL to the same steps.
 */
export function keepOrderOfThings(before: Order, update: Order): Order {
  const { createdAt, status, reason, updatedAt } = before;
  const forwards =
    (status === 'PENDING' && update.status !== 'PENDING') ||
    (status === 'CONFIRMED' && update.status === 'CANCELLED');
  return forwards ? { ...update, createdAt } : { ...update, createdAt, status, reason, updatedAt };
}

export const realRules: Rules = {
  decideReservations,
  decidePayments,
  decideOutcome,
  decideRow,
  partitionOf: partitionByKey,
  updateRow: keepOrderOfThings,
  uniqueKeys: true,
  offsetsAfterWork: true,
  positionAfterPublishing: true,
  answerAfterAppend: true,
};
