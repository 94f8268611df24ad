import type { Append, Appender } from '@ordermesh/chassis/appender';
import type { Handler } from '@ordermesh/chassis/consumer';
import { recordIdentity, type ConsumedRecord } from '@ordermesh/chassis/record';
import { appendAll } from './append-all.ts';
import { toEnvelope } from './envelope.ts';
import { ordersTopic } from './events.ts';
import { readOrderEvent } from './read-event.ts';

/** The row that a record of orders.events makes, or null. Throws InvalidRecordError. */
export function decideRow(record: ConsumedRecord): Append | null {
  const order = readOrderEvent(record);
  if (!order) return null;
  const { id = recordIdentity(record), traceparent } = record.headers;
  return toEnvelope(order, { id, traceparent });
}

/**
 * The projector: each change of an order becomes a row on the topic `orders`, which the sink connector upserts. It keeps
 * no state; whatever comes again or late is put right by the table's trigger.
 */
export function createProjectOrders(options: { appender: Pick<Appender, 'append'> }): Handler<Append> {
  return {
    topics: [ordersTopic],
    parse: decideRow,
    apply: async (rows) => {
      await appendAll(options.appender, rows);
      return [];
    },
  };
}
