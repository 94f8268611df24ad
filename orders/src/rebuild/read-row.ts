import { InvalidRecordError } from '@ordermesh/chassis/errors';
import { parseJsonValue, type ConsumedRecord } from '@ordermesh/chassis/record';
import {
  identifierField,
  integerField,
  moneyField,
  parseFields,
  parseJsonObject,
  requireProduct,
} from '@ordermesh/chassis/record-fields';
import { z } from 'zod';
import { envelopeBegin, rowType, toRow } from '../envelope.ts';
import { readOrderEvent } from '../read-event.ts';
import { columns, type Row } from './shadow-table.ts';

const lastMillisecondOf9999 = 253_402_300_799_999;
const time = integerField(0, lastMillisecondOf9999);

/** The columns of an envelope, as the definition of the orders sink declares them. */
const payloadFields = z.strictObject({
  order_id: identifierField,
  user_id: identifierField,
  product_id: identifierField,
  qty: integerField(1, 2 ** 31 - 1),
  unit_price: moneyField,
  total_price: moneyField,
  status: z.enum(['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED']).optional(),
  reason: z.string().max(64).nullish(),
  created_at: time.optional(),
  updated_at: time.optional(),
});
const payloadObject = z.record(z.string(), z.unknown());
const envelopeFields = z.object({
  schema: z.object({ fields: z.array(z.looseObject({ field: z.string() })) }),
  payload: payloadObject,
});

/** The row that a record of orders.events makes, by the projector's own reading; null if none. Throws InvalidRecordError. */
export function readEventRow(record: ConsumedRecord): Row | null {
  const order = readOrderEvent(record);
  return order && { ...toRow(order), told: columns, recordedAt: Number(record.timestamp) };
}

/** Whether an envelope of the topic `orders` was written by somebody else than the projector. */
export const isTyped = (record: ConsumedRecord): boolean => record.headers['type'] !== rowType;

const ownBegin = Buffer.from(envelopeBegin);
const brace = '}'.charCodeAt(0);

/**
 * The payload of an envelope that begins as the projector's do: their schema, which is most of the text, is known.
 * Undefined for any other. Throws InvalidRecordError.
 */
function readOwnPayload({ value }: ConsumedRecord): Record<string, unknown> | undefined {
  if (value?.at(-1) !== brace || !value.subarray(0, ownBegin.length).equals(ownBegin)) return undefined;
  return parseFields(payloadObject, parseJsonValue({ value: value.subarray(ownBegin.length, -1) }));
}

/** As Kafka Connect reads it: a field that the schema declares is there, as its default or else as null. */
function readValues(record: ConsumedRecord): Record<string, unknown> {
  const own = readOwnPayload(record);
  if (own) return Object.fromEntries(columns.map((column) => [column, own[column] ?? null]));
  const { schema, payload } = parseFields(envelopeFields, parseJsonObject(record));
  return Object.fromEntries(
    schema.fields.map(({ field, default: byDefault }) => [field, payload[field] ?? byDefault ?? null]),
  );
}

/**
 * The row that an envelope of the topic `orders` makes, the projector's or one that somebody typed. What it leaves out is
 * as the table takes it by itself: PENDING, at the time of the record. Throws InvalidRecordError.
 */
export function readEnvelope(record: ConsumedRecord): Row {
  const row = parseFields(payloadFields, readValues(record));
  requireProduct('total_price', row.total_price, row.qty, row.unit_price);
  const recordedAt = Number(record.timestamp);
  if (!(recordedAt >= 0)) throw new InvalidRecordError(`the record's timestamp is ${record.timestamp}`);
  const told = columns.filter((column) => row[column] !== undefined);
  return {
    ...row,
    status: row.status ?? 'PENDING',
    reason: row.reason ?? null,
    created_at: row.created_at ?? recordedAt,
    updated_at: row.updated_at ?? recordedAt,
    told: told.length === columns.length ? columns : told,
    recordedAt,
    partition: record.partition,
  };
}
