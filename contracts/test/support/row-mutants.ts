import type { Append } from '@ordermesh/chassis/appender';
import { z } from 'zod';
import { mutantsOf, type Mutant } from './mutants.ts';

const envelope = z.object({
  schema: z.looseObject({ fields: z.array(z.looseObject({ field: z.string() })) }),
  payload: z.record(z.string(), z.unknown()),
});
type Envelope = z.output<typeof envelope>;

type Change = (envelope: Envelope, column: string) => Envelope;

const renamed: Change = ({ schema, payload }, column) => ({
  schema: {
    ...schema,
    fields: schema.fields.map((each) => (each.field === column ? { ...each, field: `${column}_` } : each)),
  },
  payload: Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [name === column ? `${column}_` : name, value]),
  ),
});

const removed: Change = ({ schema, payload }, column) => ({
  schema: { ...schema, fields: schema.fields.filter(({ field }) => field !== column) },
  payload: Object.fromEntries(Object.entries(payload).filter(([name]) => name !== column)),
});

/** Text becomes a number, and everything else text. */
const retyped: Change = ({ schema, payload }, column) => {
  const type = typeof payload[column] === 'string' ? 'int64' : 'string';
  return {
    schema: {
      ...schema,
      fields: schema.fields.map((each) =>
        each.field === column ? { ...each, type, name: undefined } : each,
      ),
    },
    payload: { ...payload, [column]: type === 'int64' ? 42 : String(payload[column]) },
  };
};

/** A column of a table renamed, removed and retyped as its row's writer would: schema and payload in step. */
function columnMutants(record: Append): Mutant[] {
  const read = envelope.parse(JSON.parse(String(record.value)));
  const withValue = (value: Envelope): Append => ({ ...record, value: JSON.stringify(value) });
  const mutants = read.schema.fields.flatMap(({ field }) =>
    Object.entries({ renamed, removed, retyped }).map(([how, change]): Mutant => {
      return { element: `column ${field}`, how, record: withValue(change(read, field)) };
    }),
  );
  const { schema, payload } = read;
  const more = {
    schema: { ...schema, fields: [...schema.fields, { field: 'added', type: 'string', optional: false }] },
    payload: { ...payload, added: 'more' },
  };
  return [...mutants, { element: 'an added column', how: 'added', record: withValue(more) }];
}

/**
 * The mutants of a row in its envelope: each column, and whatever only one of schema and payload says otherwise.
 */
export function rowMutantsOf(
  record: Append,
  topics: readonly string[],
  options: { schema: boolean },
): Mutant[] {
  const single = mutantsOf(record, topics).filter(
    ({ element }) => options.schema || !element.startsWith('field schema.'),
  );
  return record.value === null ? single : [...single, ...columnMutants(record)];
}
