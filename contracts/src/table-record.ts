import type { Append } from '@ordermesh/chassis/appender';
import type { Definition } from '@ordermesh/connectors';

/** A column of a captured table. */
export type Column = { name: string; type: string; nullable: boolean };
export type Row = Record<string, string | number | Date | null>;

/** What Kafka Connect's schema says of a column's values. */
const connectTypes: Record<string, object> = {
  varchar: { type: 'string' },
  int: { type: 'int32' },
  bigint: { type: 'int64' },
  datetime: { type: 'int64', name: 'io.debezium.time.Timestamp', version: 1 },
};

/** What the source's definition has to say for its records to be what is derived here. */
const understood = {
  'value.converter': 'dev.ordermesh.connect.StrictJsonConverter',
  'value.converter.schemas.enable': 'true',
  'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
  transforms: 'row,key',
  'transforms.row.type': 'io.debezium.transforms.ExtractNewRecordState',
  'transforms.row.delete.tombstone.handling.mode': 'tombstone',
  'transforms.key.type': 'org.apache.kafka.connect.transforms.ExtractField$Key',
};

/**
 * The records that a source connector makes of the rows of the table that it captures: what Debezium's MariaDB source
 * does with the settings of the definition, but for a column's default, which the schema of a real record has too. Held
 * against records of the real one by `products.int.test.ts`.
 */
export function createTableSource(
  definition: Definition,
  columns: readonly Column[],
): { written: (row: Row) => Append; deleted: (row: Row) => Append } {
  const { name, config } = definition;
  for (const [setting, expected] of Object.entries(understood)) {
    if (config[setting] !== expected) {
      throw new Error(`${name}: what it publishes cannot be derived: ${setting} is not ${expected}`);
    }
  }
  const topic = `${config['topic.prefix']}.${config['table.include.list']}`;
  const keyColumn = config['transforms.key.field'] ?? '';
  const fields = columns.map(({ name: field, type, nullable }) => {
    const connectType = connectTypes[type];
    if (!connectType) throw new Error(`${name}: what becomes of the type ${type} of ${field} is not known`);
    return { ...connectType, optional: nullable, field };
  });
  const schema = { type: 'struct', fields, optional: false, name: `${topic}.Value` };

  const keyOf = (row: Row): string => {
    const key = row[keyColumn];
    if (typeof key !== 'string') throw new Error(`${name}: the key ${keyColumn} is no text`);
    return key;
  };

  const written = (row: Row): Append => {
    const values = columns.map(({ name: column }): [string, string | number | null] => {
      const value = row[column] ?? null;
      return [column, value instanceof Date ? value.getTime() : value];
    });
    return {
      topic,
      key: keyOf(row),
      value: JSON.stringify({ schema, payload: Object.fromEntries(values) }),
      headers: {},
    };
  };

  return { written, deleted: (row) => ({ topic, key: keyOf(row), value: null, headers: {} }) };
}
