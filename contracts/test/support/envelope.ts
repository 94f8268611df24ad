// Kafka Connect's JSON envelope as the sinks' StrictJsonConverter reads it.
import { InvalidRecordError } from '@ordermesh/chassis/errors';

export type Scalar = string | number | null;
export type FieldSchema = {
  type: string;
  optional: boolean;
  name: string | null;
  version: number | null;
  byDefault?: Scalar;
};
export type Envelope = {
  name: string | null;
  optional: boolean;
  fields: ReadonlyMap<string, FieldSchema>;
  row: ReadonlyMap<string, Scalar>;
};

type Json = Record<string, unknown>;

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const bits: Record<string, number> = { int8: 8, int16: 16, int32: 32, int64: 64 };

function fits(type: string, value: Scalar): boolean {
  if (type === 'string') return typeof value === 'string';
  const limit = 2 ** ((bits[type] ?? 0) - 1);
  return typeof value === 'number' && Number.isInteger(value) && value >= -limit && value < limit;
}

const asScalar = (what: string, value: unknown): Scalar => {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  throw new InvalidRecordError(`${what} is of no column's type`);
};

function readField(json: unknown): [string, FieldSchema] {
  if (!isObject(json)) throw new InvalidRecordError('a field of the schema is no object');
  const { field, type, optional, name = null, version = null } = json;
  if (typeof field !== 'string' || field === '')
    throw new InvalidRecordError('a field of the schema has no name');
  if (typeof type !== 'string' || (type !== 'string' && !Object.hasOwn(bits, type)))
    throw new InvalidRecordError(`${field} is of the unknown type ${JSON.stringify(type)}`);
  const schema: FieldSchema = {
    type,
    // Whatever is not true is false, as Kafka's converter has it; so is a name that is no text none.
    optional: optional === true,
    name: typeof name === 'string' ? name : null,
    version: typeof version === 'number' ? version : null,
  };
  if (json['default'] !== undefined) schema.byDefault = asScalar(`the default of ${field}`, json['default']);
  return [field, schema];
}

function readValue(field: string, { type, optional, byDefault }: FieldSchema, value: unknown): Scalar {
  const given = value === undefined || value === null ? (byDefault ?? null) : asScalar(field, value);
  if (given === null) {
    if (optional) return null;
    throw new InvalidRecordError(`${field} is null, and may not be`);
  }
  if (!fits(type, given))
    throw new InvalidRecordError(`${field} is ${JSON.stringify(given)}: not of type ${type}`);
  return given;
}

/** Throws InvalidRecordError for all that the converter turns away. */
export function readEnvelope(text: string): Envelope {
  const json: unknown = JSON.parse(text);
  if (!isObject(json) || Object.keys(json).sort().join() !== 'payload,schema')
    throw new InvalidRecordError('the value is not an envelope and nothing else');
  const { schema, payload } = json;
  if (!isObject(schema) || schema['type'] !== 'struct' || !Array.isArray(schema['fields']))
    throw new InvalidRecordError('the schema is no struct');
  if (!isObject(payload)) throw new InvalidRecordError('the payload is no object');
  const entries = schema['fields'].map(readField);
  const fields = new Map(entries);
  if (fields.size < entries.length) throw new InvalidRecordError('the schema has a field twice');
  for (const name of Object.keys(payload))
    if (!fields.has(name)) throw new InvalidRecordError(`${name} is not declared`);
  const row = new Map(entries.map(([name, field]) => [name, readValue(name, field, payload[name])]));
  const { name, optional } = schema;
  return { name: typeof name === 'string' ? name : null, optional: optional === true, fields, row };
}
