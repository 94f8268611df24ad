import { InvalidRecordError } from '@ordermesh/chassis/errors';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { parseJsonObject, show } from '@ordermesh/chassis/record-fields';
import type { PlacedOrder } from './order.ts';
import { readOrder, readReason } from './read-order.ts';

export const catalogsTopic = 'catalogs.events';
export const usersTopic = 'users.events';

/** What came of an order's stock or payment, and the trace that the record belongs to. */
export type Outcome = { order: PlacedOrder; traceparent?: string | undefined } & (
  | { type: 'StockRejected' | 'PaymentDeclined'; reason: string }
  | { type: 'PaymentCompleted' | 'PaymentRefunded' }
);

/** What each topic carries, and whether it decides the order: what does not is written for others. */
const known: Record<string, Record<string, Outcome['type'] | null>> = {
  [catalogsTopic]: {
    StockRejected: 'StockRejected',
    StockReserved: null,
    StockReleased: null,
    Probe: null,
  },
  [usersTopic]: {
    PaymentCompleted: 'PaymentCompleted',
    PaymentDeclined: 'PaymentDeclined',
    PaymentRefunded: 'PaymentRefunded',
    Probe: null,
  },
};

/** The type of a record, null for one of no concern. Throws InvalidRecordError. */
function readType({ topic, headers: { type } }: ConsumedRecord): Outcome['type'] | null {
  if (type === undefined) throw new InvalidRecordError('the header type is missing');
  const types = known[topic] ?? {};
  const meaning = Object.hasOwn(types, type) ? types[type] : undefined;
  if (meaning === undefined) throw new InvalidRecordError(`the type ${show(type)} is unknown on ${topic}`);
  return meaning;
}

/**
 * Reads a record of catalogs.events or users.events. Null for what decides no order. Throws InvalidRecordError, saying
 * what was wrong and what was expected.
 */
export function readOutcome(record: ConsumedRecord): Outcome | null {
  const type = readType(record);
  if (type === null) return null;
  const value = parseJsonObject(record);
  const order = readOrder(value, record);
  const { traceparent } = record.headers;
  if (type === 'StockRejected' || type === 'PaymentDeclined') {
    return { type, order, reason: readReason(value), traceparent };
  }
  return { type, order, traceparent };
}
