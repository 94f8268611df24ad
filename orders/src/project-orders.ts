import type { Append, Appender } from '@ordermesh/chassis/appender';
import type { Handler } from '@ordermesh/chassis/consumer';
import { recordIdentity, type ConsumedRecord } from '@ordermesh/chassis/record';
import { appendAll } from './append-all.ts';
import { toEnvelope } from './envelope.ts';
import { ordersTopic } from './events.ts';
import type { OrderStatus } from './order.ts';
import { readOrderEvent } from './read-event.ts';

type Row = { envelope: Append; status: OrderStatus };

function readRow(record: ConsumedRecord): Row | null {
  const order = readOrderEvent(record);
  if (!order) return null;
  const { id = recordIdentity(record), traceparent } = record.headers;
  return { envelope: toEnvelope(order, { id, traceparent }), status: order.status };
}

/** The row that a record of orders.events makes, or null. Throws InvalidRecordError. */
export function decideRow(record: ConsumedRecord): Append | null {
  return readRow(record)?.envelope ?? null;
}

/**
 * The projector: each change of an order becomes a row on the topic `orders`, which the sink connector upserts. It keeps
 * no state; whatever comes again or late is put right by the table's trigger.
 */
export function createProjectOrders(options: {
  appender: Pick<Appender, 'append'>;
  /** Told of each row that was appended. */
  changed?: (status: OrderStatus) => void;
}): Handler<Row> {
  const { appender, changed } = options;
  return {
    topics: [ordersTopic],
    parse: readRow,
    apply: async (rows) => {
      const envelopes = rows.map(({ envelope }) => envelope);
      await appendAll(appender, envelopes);
      for (const { status } of rows) changed?.(status);
      return [];
    },
  };
}
