import type { Append } from '@ordermesh/chassis/appender';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import type { Definition } from '@ordermesh/connectors';
import { readEnvelope, type Envelope, type FieldSchema, type Scalar } from './envelope.ts';

/** A record with key and value as the text that they are, as what a sink reads is written. */
export const asWritten = ({ key, value, ...rest }: ConsumedRecord): Append => ({
  ...rest,
  key: key && key.toString(),
  value: value && value.toString(),
});

/** A column as the sink's definition declares it, in the grammar of the transform CheckColumns. */
export type Declaration = {
  text: string;
  required: boolean;
  nullable: boolean;
  kind: string;
  accepts: (value: Scalar) => boolean;
};

const grammar = /^(optional +)?(nullable +)?(string|integer|time)(?: +(-?\d+)\.\.(-?\d+))?(?: +(\S+))?$/;
const prefix = 'transforms.check.';
const times = ['io.debezium.time.Timestamp', 'org.apache.kafka.connect.data.Timestamp'];

function parseDeclaration(text: string): Declaration {
  const found = grammar.exec(text);
  if (!found) throw new Error(`not a column's declaration: ${text}`);
  const [, optional, nullable, kind = '', min, max, values] = found;
  const inRange = (size: number) => (min === undefined ? true : size >= Number(min) && size <= Number(max));
  return {
    text,
    required: optional === undefined,
    nullable: nullable !== undefined,
    kind,
    accepts: (value) =>
      kind === 'string'
        ? typeof value === 'string' &&
          inRange([...value].length) &&
          (values?.split('|').includes(value) ?? true)
        : typeof value === 'number' && inRange(value),
  };
}

export function declaredColumns({ config }: Definition): Map<string, Declaration> {
  const columns = Object.entries(config).filter(([key]) => key.startsWith(`${prefix}column.`));
  return new Map(
    columns.map(([key, text]) => [key.slice(`${prefix}column.`.length), parseDeclaration(text)]),
  );
}

function check(name: string, column: Declaration, schema: FieldSchema, value: Scalar): void {
  const refuse = () => {
    throw new InvalidRecordError(`${name} is ${JSON.stringify(value)}: it has to be ${column.text}`);
  };
  if (value === null) return column.nullable ? undefined : refuse();
  const named = column.kind === 'time' ? times.includes(schema.name ?? '') : schema.name === null;
  if (!named || !column.accepts(value)) refuse();
}

/** What a sink makes of a record: the row that it writes into which table, or the key of the row that it deletes. */
export type Written =
  { table: string; row: Record<string, Scalar>; envelope: Envelope } | { table: string; deleted: string };

/**
 * The sink of a definition, in so far as its definition decides what is written: its topics, the converter and the
 * transform CheckColumns. Its answer to a record throws InvalidRecordError for what becomes a dead letter, and is undefined for what the
 * sink never sees. That the real one does the same, `sinks.int.test.ts` shows.
 */
export function createSink(definition: Definition): (record: Append) => Written | undefined {
  const { config } = definition;
  const columns = declaredColumns(definition);
  const keyColumn = config[`${prefix}key.column`];
  const refusesUnknown = (config[`${prefix}unknown.columns`] ?? 'refuse') === 'refuse';
  const product = config[`${prefix}product`]?.split(/\s*[=*]\s*/) ?? [];

  function checkRow({ fields, row }: Envelope): void {
    for (const name of fields.keys())
      if (refusesUnknown && !columns.has(name)) throw new InvalidRecordError(`${name} is an unknown column`);
    for (const [name, column] of columns) {
      const schema = fields.get(name);
      if (schema) check(name, column, schema, row.get(name) ?? null);
      else if (column.required)
        throw new InvalidRecordError(`${name} is missing: it has to be ${column.text}`);
    }
    const [total, count, each] = product.map((name) => BigInt(row.get(name) ?? 0));
    if (total !== undefined && count !== undefined && each !== undefined && total !== count * each)
      throw new InvalidRecordError(`${product[0]} is not the product`);
  }

  function deletedKey(key: Append['key']): string {
    if (config[`${prefix}tombstones`] !== 'pass') throw new InvalidRecordError('the value is null');
    if (typeof key !== 'string' || columns.get(keyColumn ?? '')?.accepts(key) !== true)
      throw new InvalidRecordError('the key is not one of a row');
    return key;
  }

  return ({ topic, key, value }) => {
    if (!config['topics']?.split(',').includes(topic)) return undefined;
    const regex = new RegExp(`^${config['transforms.table.regex']}$`);
    const table = topic.replace(regex, config['transforms.table.replacement'] ?? '');
    if (value === null) return { table, deleted: deletedKey(key) };
    const envelope = readEnvelope(String(value));
    checkRow(envelope);
    if (keyColumn && key !== envelope.row.get(keyColumn))
      throw new InvalidRecordError(`the key is not the ${keyColumn}`);
    return { table, row: Object.fromEntries(envelope.row), envelope };
  };
}
