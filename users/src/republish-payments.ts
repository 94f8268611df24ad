import type { Database, Sql } from '@ordermesh/chassis/database';
import { writeToOutbox, type OutboxEvent } from '@ordermesh/chassis/outbox';
import { announce } from './events.ts';
import { paymentColumns, type Payment } from './payment.ts';

const batchSize = 500;

/** The events that led to a payment as it stands, oldest first: what was paid first is what was refunded. */
export function eventsOf(payment: Payment): OutboxEvent[] {
  if (payment.status !== 'REFUNDED') return [announce(payment)];
  return [announce({ ...payment, status: 'PAID' }), announce(payment)];
}

/** The lock keeps a payment from moving on before its events are out: they never overtake a newer one of its own. */
function readPayments(sql: Sql, after: string): Promise<Payment[]> {
  return sql.query<Payment[]>(
    `SELECT ${paymentColumns} FROM payments WHERE order_id > ? ORDER BY order_id LIMIT ? LOCK IN SHARE MODE`,
    [after, batchSize],
  );
}

/**
 * Publishes the events of every payment anew, under the ids that they had, in transactions of a bounded size. Consumers
 * know what they had already; what was lost with the binlog reaches them. Orders that come meanwhile publish theirs
 * themselves. Resolves to the counts.
 */
export async function republishPayments(
  database: Pick<Database, 'transaction'>,
): Promise<{ payments: number; events: number }> {
  const counts = { payments: 0, events: 0 };
  for (let after: string | undefined = ''; after !== undefined;) {
    const from: string = after;
    const batch = await database.transaction(async (sql) => {
      const payments = await readPayments(sql, from);
      const events = payments.flatMap(eventsOf);
      await writeToOutbox(sql, events);
      return { payments: payments.length, events: events.length, last: payments.at(-1)?.orderId };
    });
    counts.payments += batch.payments;
    counts.events += batch.events;
    after = batch.last;
  }
  return counts;
}
