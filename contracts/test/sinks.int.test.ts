import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import type { Append } from '@ordermesh/chassis/appender';
import { definitionsFolder, readDefinition } from '@ordermesh/connectors';
import { waitFor } from '@ordermesh/stack/testing';
import { z } from 'zod';
import { append, readUntil, withDatabase } from './support/pipes.ts';
import { rowMutantsOf } from './support/row-mutants.ts';
import { createSink, declaredColumns } from './support/sink.ts';

// The pact of the orders sink says what fits its table, and its test goes by a model of the sink. Here both are held to
// the migrated table, and to what the running sink does with each envelope, whole or spoilt in every way.

const definition = readDefinition(join(definitionsFolder, 'orders-sink.json'));
const pactShape = z.object({
  interactions: z.array(
    z.object({
      description: z.string(),
      contents: z.object({
        content: z.object({
          schema: z.looseObject({
            fields: z.array(
              z.looseObject({
                field: z.string(),
                type: z.string(),
                optional: z.boolean(),
                name: z.string().optional(),
              }),
            ),
          }),
          payload: z.record(z.string(), z.union([z.string(), z.number(), z.null()])),
        }),
      }),
    }),
  ),
});
const pact = pactShape.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, '../pacts/orders-sink-orders.json'), 'utf8')),
);
const envelopes = pact.interactions.map(({ contents }) => contents.content);

type Column = { name: string; type: string; length: number | null; nullable: number; filled: number };

const columnsOf = (table: string) =>
  withDatabase((sql) =>
    sql.query<Column[]>(
      `SELECT column_name AS name, data_type AS type, character_maximum_length AS length,
         is_nullable = 'YES' AS nullable, column_default IS NOT NULL OR extra LIKE '%auto_increment%' AS filled
       FROM information_schema.columns WHERE table_schema = 'orders' AND table_name = ?`,
      [table],
    ),
  );

/** What a column of the table takes, in the types of Kafka Connect. */
const connectTypes: Record<string, string> = {
  varchar: 'string',
  int: 'int32',
  bigint: 'int64',
  datetime: 'int64 io.debezium.time.Timestamp',
};

// The sink writes the probes' topic into a table of the same columns, apart from the orders that people placed.
describe.each(['orders', 'probes'])('the columns of the migrated table %s', (table) => {
  let columns: Map<string, Column>;
  beforeAll(async () => {
    columns = new Map((await columnsOf(table)).map((column) => [column.name, column]));
  });

  test('are of the types that the envelope of the pact declares', () => {
    for (const { schema } of envelopes) {
      const declared = schema.fields.map(({ field, type, name }) => [field, name ? `${type} ${name}` : type]);
      const actual = declared.map(([field = '']) => {
        const { type = 'none' } = columns.get(field) ?? {};
        return [field, connectTypes[type] ?? type];
      });
      expect(declared).toEqual(actual);
    }
  });

  test('take what the definition of the sink lets through, and get all that they need', () => {
    const declarations = declaredColumns(definition);
    for (const [name, { kind, text, nullable, required }] of declarations) {
      const column = columns.get(name);
      expect({ name, nullable: column?.nullable === 1, needed: column?.filled === 0 && !nullable }).toEqual({
        name,
        nullable,
        needed: required,
      });
      if (kind === 'string') {
        const longest = Number(/\.\.(\d+)/.exec(text)?.[1]);
        expect({ name, fits: longest <= (column?.length ?? 0) }).toEqual({ name, fits: true });
      }
    }
    const others = [...columns.keys()].filter((name) => !declarations.has(name));
    expect(others).toEqual(table === 'orders' ? ['id'] : []);
  });
});

describe('what the running sink does', () => {
  const run = randomUUID().slice(0, 8);
  const sink = createSink(definition);
  const mutantHeader = 'mutant';

  /** The envelope as a probe of its own, so that each can be told apart. */
  function probe(value: string, i: number, headers: Append['headers'] = {}): Append {
    const orderId = `${run}-${i}`;
    return {
      topic: 'orders.probes',
      key: null,
      value: value.replaceAll('"order-1"', JSON.stringify(orderId)),
      headers: { ...headers, [mutantHeader]: orderId },
    };
  }

  const whole = envelopes.map((envelope, i) => ({
    what: pact.interactions[i]?.description ?? '',
    record: probe(JSON.stringify(envelope), i),
  }));
  const spoilt = envelopes
    .flatMap((envelope, i) => {
      const record = { topic: 'orders', key: null, value: JSON.stringify(envelope), headers: {} };
      return rowMutantsOf(record, [], { schema: i === 0 }).map((mutant) => ({ ...mutant, of: i }));
    })
    .filter(({ element }) => element !== 'topic' && element !== 'key')
    .map(({ element, how, of, record }, i) => ({
      what: `${whole[of]?.what}: ${element} ${how}`,
      record: probe(String(record.value), whole.length + i),
    }));
  const all = [...whole, ...spoilt];

  /** By the model: the row, or that there is none. */
  function modelled(record: Append): object | 'dead letter' {
    try {
      const written = sink(record);
      return written && 'row' in written ? written.row : 'dead letter';
    } catch (error) {
      if (error instanceof InvalidRecordError) return 'dead letter';
      throw error;
    }
  }

  type Row = Record<string, string | number | Date | null>;
  let rows: Map<unknown, Row>;
  let letters: Set<string | undefined>;

  beforeAll(async () => {
    await append(all.map(({ record }) => record));
    const dead = all.filter(({ record }) => modelled(record) === 'dead letter');
    letters = await readUntil(['orders-sink.dlq'], 'the dead letters', (records) => {
      const found = new Set(records.map(({ headers }) => headers[mutantHeader]));
      return dead.every(({ record }) => found.has(String(record.headers[mutantHeader]))) ? found : undefined;
    });
    await withDatabase(async (sql) => {
      const read = () => sql.query<Row[]>('SELECT * FROM orders.probes WHERE order_id LIKE ?', [`${run}-%`]);
      await waitFor(async () => (await read()).length >= all.length - dead.length, {
        what: 'the rows of the others',
        deadline: 60_000,
      });
      rows = new Map((await read()).map((row) => [row['order_id'], row]));
      await sql.query('DELETE FROM orders.probes WHERE order_id LIKE ?', [`${run}-%`]);
    });
  }, 200_000);

  test('with every envelope, whole or spoilt, is what the model says', () => {
    const seen = all.map(({ what, record }) => {
      const id = String(record.headers[mutantHeader]);
      return { what, is: rows.has(id) ? 'row' : letters.has(id) ? 'dead letter' : 'nothing' };
    });
    const said = all.map(({ what, record }) => {
      return { what, is: modelled(record) === 'dead letter' ? 'dead letter' : 'row' };
    });
    expect(seen).toEqual(said);
    expect(new Set(seen.map(({ is }) => is))).toEqual(new Set(['row', 'dead letter']));
  });

  test.each(whole.map(({ what, record }) => [what, record] as const))('%s is written whole', (_, record) => {
    const row = rows.get(String(record.headers[mutantHeader])) ?? {};
    const written = Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Date ? value.getTime() : value,
    ]);
    expect(Object.fromEntries(written)).toEqual(modelled(record));
  });
});
