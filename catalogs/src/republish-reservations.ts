import type { Database, Sql } from '@ordermesh/chassis/database';
import { writeToOutbox, type OutboxEvent } from '@ordermesh/chassis/outbox';
import { announce } from './events.ts';
import { reservationColumns, type Reservation } from './reservation.ts';

const batchSize = 500;

/**
 * The events that led to a reservation as it stands, oldest first: what was reserved first is what was released. One
 * that was released because its payment was declined told nobody, and does not here either.
 */
export function eventsOf(reservation: Reservation): OutboxEvent[] {
  const wasReserved = reservation.status !== 'REJECTED' && reservation.reason !== 'CANCELLED_BEFORE_RESERVED';
  if (!wasReserved || reservation.status === 'RESERVED') return announce(reservation);
  return [...announce({ ...reservation, status: 'RESERVED', reason: null }), ...announce(reservation)];
}

/** The lock keeps a reservation from moving on before its events are out: they never overtake a newer one of its own. */
function readReservations(sql: Sql, after: string): Promise<Reservation[]> {
  return sql.query<Reservation[]>(
    `SELECT ${reservationColumns} FROM reservations WHERE order_id > ? ORDER BY order_id LIMIT ?
     LOCK IN SHARE MODE`,
    [after, batchSize],
  );
}

/**
 * Publishes the events of every reservation anew, under the ids that they had, in transactions of a bounded size.
 * Consumers know what they had already; what was lost with the binlog reaches them. Orders that come meanwhile publish
 * theirs themselves. Resolves to the counts.
 */
export async function republishReservations(
  database: Pick<Database, 'transaction'>,
): Promise<{ reservations: number; events: number }> {
  const counts = { reservations: 0, events: 0 };
  for (let after: string | undefined = ''; after !== undefined;) {
    const from: string = after;
    const batch = await database.transaction(async (sql) => {
      const reservations = await readReservations(sql, from);
      const events = reservations.flatMap(eventsOf);
      await writeToOutbox(sql, events);
      return { reservations: reservations.length, events: events.length, last: reservations.at(-1)?.orderId };
    });
    counts.reservations += batch.reservations;
    counts.events += batch.events;
    after = batch.last;
  }
  return counts;
}
