import type { Sql } from './database.ts';
import { createNameBasedUuid } from './name-based-uuid.ts';
import { currentTraceparent, isTraceparent } from './trace.ts';

/** An event that is published by way of the database: it is true if and only if the transaction is. */
export type OutboxEvent = {
  id: string;
  type: string;
  /** Becomes the record's key: events of one aggregate keep their order. */
  aggregateId: string;
  payload: Record<string, unknown>;
  /** The trace of what caused it; the current one unless told. Dropped when malformed: no event is lost for it. */
  traceparent?: string | undefined;
};

const idFrom = createNameBasedUuid('6f2f0c1e-6f0b-4a35-9d0c-0f6d1c3f6b11');

/**
 * The id of the one event of this type that an aggregate can have (RFC 9562, version 5): whoever publishes it, and
 * however often, it is the same.
 */
export function eventId(type: string, aggregateId: string): string {
  return idFrom(`${type}:${aggregateId}`);
}

/**
 * Publishes events as part of a transaction. The rows are inserted and deleted in it: the binlog carries them to the
 * change data capture connector, the table stays empty, nothing polls it and nothing has to be cleaned up.
 */
export async function writeToOutbox(sql: Sql, events: OutboxEvent[]): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ id, type, aggregateId, payload, traceparent = currentTraceparent() }) => [
    id,
    type,
    aggregateId,
    JSON.stringify(payload),
    isTraceparent(traceparent) ? traceparent : null,
  ]);
  await Promise.all([
    sql.batch(
      'INSERT INTO outbox (id, type, aggregate_id, payload, traceparent) VALUES (?, ?, ?, ?, ?)',
      rows,
    ),
    sql.query('DELETE FROM outbox WHERE id IN (?)', [events.map((event) => event.id)]),
  ]);
}
