import type { Decision } from '@ordermesh/users/take-payment';
import type { Append } from './log.ts';

export type OutboxEvent = Decision['outbox'][number];
export type Owner = 'catalogs' | 'users';

/**
 * The binlog of a database, as far as it holds outbox rows, and the connector that publishes them. A connector that is
 * lost starts again from the position that it stored last, so that what it published since comes twice.
 */
export type Outbox = {
  owner: Owner;
  binlog: OutboxEvent[];
  published: number;
  /** From where the connector goes on after it was lost. */
  stored: number;
  /** The binlog was purged before all of it was read: it takes a republish to mend that. */
  purged: boolean;
};

export const createOutbox = (owner: Owner): Outbox => ({
  ...{ owner, binlog: [], published: 0, stored: 0, purged: false },
});

/** The record that Debezium's EventRouter makes of an outbox row. */
export function route(owner: Owner, { id, type, aggregateId, payload, traceparent }: OutboxEvent): Append {
  return {
    topic: `${owner}.events`,
    key: aggregateId,
    value: JSON.stringify(payload),
    headers: { id, type, ...(traceparent !== undefined && { traceparent }) },
  };
}

/** What was not published yet is lost. */
export function purge(outbox: Outbox): void {
  if (outbox.published === outbox.binlog.length) return;
  outbox.binlog.length = outbox.published;
  outbox.purged = true;
}
