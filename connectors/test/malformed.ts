import {
  allFields,
  complete,
  envelope,
  placedAt,
  typed,
  typedFields,
  withField,
  without,
} from './envelopes.ts';
import type { Field, Payload } from './envelopes.ts';

/** A record that must not reach the sink, and what its dead letter says. */
export type Malformed = { what: string; value: string | Buffer | null; says: RegExp };

const id = 'malformed';
const row = (more: Payload) => envelope(typedFields, typed(id, more));
const full = (more: Payload) => envelope(allFields, complete(id, more));
const fields = (changed: Field, more: Payload = {}, all = typedFields) =>
  envelope(withField(all, changed), typed(id, more));
const named = (name: string) => envelope(typedFields, typed(id), { name });
const withoutOrderId = { ...typed(id), order_id: undefined };
const good = envelope(typedFields, typed(id));
const deep = (open: string, close: string) => `${open.repeat(100_000)}1${close.repeat(100_000)}`;

const notAnEnvelope: Malformed[] = [
  { what: 'a null value', value: null, says: /value is null/ },
  { what: 'an empty value', value: '', says: /envelope|JSON/ },
  { what: 'blanks', value: ' \n ', says: /envelope|JSON/ },
  { what: 'no JSON', value: 'hello', says: /not one JSON document/ },
  {
    what: 'bytes that are no UTF-8',
    value: Buffer.from([0xff, 0xfe, 0x00, 0x80]),
    says: /not one JSON document/,
  },
  { what: 'JSON cut short', value: good.slice(0, -5), says: /not one JSON document/ },
  { what: 'two documents in one value', value: good + good, says: /not one JSON document/ },
  { what: 'rubbish after the document', value: `${good} x`, says: /not one JSON document/ },
  { what: 'a name twice', value: good.replace('"qty":10', '"qty":10,"qty":11'), says: /Duplicate field/ },
  { what: 'a million bytes of noise', value: 'x'.repeat(1_000_000), says: /not one JSON document/ },
  { what: '100 000 brackets', value: deep('[', ']'), says: /not one JSON document.*nest/i },
  { what: '100 000 braces', value: deep('{"a":', '}'), says: /not one JSON document.*nest/i },
  { what: 'a number', value: '42', says: /not an envelope/ },
  { what: 'the word null', value: 'null', says: /not an envelope/ },
  { what: 'a string', value: '"order"', says: /not an envelope/ },
  { what: 'an array of envelopes', value: `[${good}]`, says: /not an envelope/ },
  { what: 'a plain object, no envelope', value: JSON.stringify(typed(id)), says: /not an envelope/ },
  { what: 'no schema', value: JSON.stringify({ payload: typed(id) }), says: /not an envelope/ },
  {
    what: 'no payload',
    value: JSON.stringify({ schema: { type: 'struct', fields: [] } }),
    says: /not an envelope/,
  },
  { what: 'more than schema and payload', value: good.replace(/}$/, ',"op":"c"}'), says: /not an envelope/ },
];

const badSchemas: Malformed[] = [
  { what: 'a null schema', value: JSON.stringify({ schema: null, payload: typed(id) }), says: /no struct/ },
  {
    what: 'a payload of null',
    value: envelope(typedFields, null, { optional: true }),
    says: /value is null/,
  },
  { what: 'a payload of null that may not be', value: envelope(typedFields, null), says: /null/i },
  { what: 'a schema that is a word', value: '{"schema":"struct","payload":{}}', says: /schema/i },
  {
    what: 'a schema of an unknown type',
    value: envelope(typedFields, {}, { type: 'row' }),
    says: /Unknown schema type/,
  },
  { what: 'a string schema', value: '{"schema":{"type":"string"},"payload":"x"}', says: /no struct/ },
  {
    what: 'an array payload',
    value: '{"schema":{"type":"struct","fields":[]},"payload":[1]}',
    says: /schema|Struct|field/i,
  },
  { what: 'no fields', value: '{"schema":{"type":"struct"},"payload":{}}', says: /field/i },
  { what: 'no columns', value: envelope([], {}), says: /order_id is missing/ },
  {
    what: 'a field without a name',
    value: envelope([{ type: 'string' } as unknown as Field], {}),
    says: /field/i,
  },
  {
    what: 'a field declared twice',
    value: envelope([...typedFields, { field: 'qty', type: 'int32' }], typed(id)),
    says: /duplication qty/,
  },
  {
    what: 'a field of an unknown type',
    value: fields({ field: 'qty', type: 'integer' }),
    says: /Unknown schema type/,
  },
  {
    what: 'a default that is no number',
    value: fields({ field: 'qty', type: 'int32', default: 'ten' }),
    says: /default is "ten"/,
  },
  { what: 'a change event', value: named('cdc.catalogs.orders.Envelope'), says: /change event/ },
  { what: 'a cloud event', value: named('io.debezium.CloudEvents.Envelope'), says: /change event/ },
  {
    what: 'a schema change',
    value: named('io.debezium.connector.mariadb.SchemaChangeValue'),
    says: /change event/,
  },
  {
    what: 'an undeclared field in the payload',
    value: row({ coupon: 'X' }),
    says: /not declared in the envelope/,
  },
];

const badColumns: Malformed[] = [
  {
    what: 'no order_id',
    value: envelope(without(typedFields, 'order_id'), withoutOrderId),
    says: /order_id is missing/,
  },
  {
    what: 'no user_id',
    value: envelope(without(typedFields, 'user_id'), { ...typed(id), user_id: undefined }),
    says: /user_id is missing/,
  },
  {
    what: 'a declared order_id left out',
    value: envelope(typedFields, withoutOrderId),
    says: /order_id|null/,
  },
  {
    what: 'an order_id of null',
    value: fields({ field: 'order_id', type: 'string', optional: true }, { order_id: null }),
    says: /order_id is null/,
  },
  { what: 'an empty order_id', value: row({ order_id: '' }), says: /string 1\.\.64/ },
  { what: 'an order_id of 65 characters', value: row({ order_id: 'x'.repeat(65) }), says: /string 1\.\.64/ },
  { what: 'an order_id of 65 emoji', value: row({ order_id: '🍣'.repeat(65) }), says: /string 1\.\.64/ },
  { what: 'half a surrogate pair', value: row({ user_id: '\ud83c' }), says: /user_id|JSON/ },
  { what: 'an order_id that is a number', value: row({ order_id: 42 }), says: /order_id is 42/ },
  {
    what: 'an order_id of bytes',
    value: fields({ field: 'order_id', type: 'bytes' }, { order_id: 'bWFs' }),
    says: /order_id.*string 1\.\.64/,
  },
  {
    what: 'a user_id of 1 MB',
    value: row({ user_id: 'u'.repeat(900_000) }),
    says: /user_id.*900002 characters/,
  },
  { what: 'a qty of 0', value: row({ qty: 0, total_price: 0 }), says: /qty is 0/ },
  { what: 'a negative qty', value: row({ qty: -1, total_price: -1500 }), says: /qty is -1/ },
  { what: 'half an item', value: row({ qty: 1.5 }), says: /qty is 1\.5/ },
  { what: 'a qty in quotes', value: row({ qty: '10' }), says: /qty is "10"/ },
  { what: 'a qty of true', value: row({ qty: true }), says: /qty is true/ },
  { what: 'a qty that is a list', value: row({ qty: [10] }), says: /qty is \[10\]/ },
  { what: 'a qty of null', value: row({ qty: null }), says: /qty|null/ },
  { what: 'a qty beyond 32 bits', value: row({ qty: 2 ** 32 + 10 }), says: /qty is 4294967306/ },
  {
    what: 'a qty beyond its column',
    value: fields({ field: 'qty', type: 'int64' }, { qty: 2 ** 31, unit_price: 0, total_price: 0 }),
    says: /qty is 2147483648/,
  },
  { what: 'a qty declared a float', value: fields({ field: 'qty', type: 'double' }), says: /qty.*integer/ },
  {
    what: 'a qty declared a time',
    value: fields({ field: 'qty', type: 'int64', name: 'org.apache.kafka.connect.data.Timestamp' }),
    says: /qty.*integer/,
  },
  { what: 'a qty beyond any number', value: good.replace('"qty":10', '"qty":1e400000'), says: /qty|JSON/ },
  { what: 'a negative price', value: row({ unit_price: -1, total_price: -10 }), says: /total_price is -10 / },
  {
    what: 'a price beyond 2^53-1',
    value: row({ qty: 1, unit_price: 2 ** 53, total_price: 2 ** 53 }),
    says: /total_price is 9007199254740992 /,
  },
  {
    what: 'a price beyond 64 bits',
    value: good.replace('"unit_price":1500', '"unit_price":99999999999999999999'),
    says: /unit_price/,
  },
  {
    what: 'a price in words',
    value: row({ unit_price: 'free', total_price: 0 }),
    says: /unit_price is "free"/,
  },
  {
    what: 'a price in decimals',
    value: fields(
      {
        field: 'unit_price',
        type: 'bytes',
        name: 'org.apache.kafka.connect.data.Decimal',
        parameters: { scale: '2' },
      },
      { unit_price: 'BA==' },
    ),
    says: /unit_price/,
  },
  {
    what: 'a total that is not qty × price',
    value: row({ total_price: 1 }),
    says: /total_price is 1: it has to be/,
  },
  {
    what: 'a total that is only modulo 2^64',
    value: envelope(typedFields, typed(id, { qty: 2 ** 31 - 1, unit_price: 2 ** 53 - 1, total_price: 0 })),
    says: /total_price/,
  },
  {
    what: 'an unknown column',
    value: fields({ field: 'coupon', type: 'string' }, { coupon: 'X' }),
    says: /unknown column "coupon"/,
  },
  {
    what: 'a column named by SQL',
    value: fields(
      { field: 'x` INT); DROP TABLE orders; --', type: 'string' },
      { 'x` INT); DROP TABLE orders; --': '' },
    ),
    says: /unknown column/,
  },
  {
    what: 'the surrogate key',
    value: fields({ field: 'id', type: 'int64' }, { id: 1 }),
    says: /unknown column "id"/,
  },
  { what: 'an unknown status', value: full({ status: 'SHIPPED' }), says: /status is "SHIPPED"/ },
  { what: 'a status in small letters', value: full({ status: 'pending' }), says: /status is "pending"/ },
  {
    what: 'a status of null',
    value: envelope(
      withField(allFields, { field: 'status', type: 'string', optional: true }),
      complete(id, { status: null }),
    ),
    says: /status is null \(leave it out/,
  },
  { what: 'a reason of 65 characters', value: full({ reason: 'r'.repeat(65) }), says: /reason.*0\.\.64/ },
  { what: 'a time before 1970', value: full({ created_at: -1 }), says: /created_at is -1/ },
  { what: 'a time in the year 10000', value: full({ created_at: 253_402_300_800_000 }), says: /created_at/ },
  {
    what: 'a time that is a plain number',
    value: envelope(withField(allFields, { field: 'created_at', type: 'int64' }), complete(id)),
    says: /created_at.*time/,
  },
  {
    what: 'a time in microseconds',
    value: envelope(
      withField(allFields, { field: 'created_at', type: 'int64', name: 'io.debezium.time.MicroTimestamp' }),
      complete(id, { created_at: placedAt * 1000 }),
    ),
    says: /created_at.*time/,
  },
  {
    what: 'a time in words',
    value: full({ updated_at: '2026-07-01T01:30:05.123Z' }),
    says: /updated_at is "2026/,
  },
  {
    what: 'a column with parameters',
    value: fields({
      field: 'user_id',
      type: 'string',
      parameters: { '__debezium.source.column.type': 'GEOMETRY' },
    }),
    says: /schema with parameters/,
  },
];

export const malformed: Malformed[] = [...notAnEnvelope, ...badSchemas, ...badColumns];
