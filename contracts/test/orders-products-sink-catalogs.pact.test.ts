import { join } from 'node:path';
import { expect } from '@jest/globals';
import { MatchersV3 } from '@pact-foundation/pact';
import { createMessagePact } from '@ordermesh/chassis/testing/message-pact';
import { definitionsFolder, readDefinition } from '@ordermesh/connectors';
import { asWritten, createSink } from './support/sink.ts';

const pact = createMessagePact('orders-products-sink', 'catalogs');

const sink = createSink(readDefinition(join(definitionsFolder, 'orders-products-sink.json')));

const product = {
  id: 'pact-product',
  name: 'Berlin',
  unitPrice: 1500,
  createdAt: '2026-07-01T01:30:05.123Z',
  updatedAt: '2026-07-01T01:30:06.456Z',
};
const row = {
  id: product.id,
  name: product.name,
  unit_price: product.unitPrice,
  created_at: Date.parse(product.createdAt),
  updated_at: Date.parse(product.updatedAt),
};
const time = { type: 'int64', name: 'io.debezium.time.Timestamp' };

const expected = {
  description: 'the row of a product',
  given: 'a product',
  about: product,
  topic: 'cdc.catalogs.products',
  key: product.id,
};

const value = {
  schema: {
    type: 'struct',
    // In any order, and among others: the sink adds the columns that it does not know to the replica.
    fields: MatchersV3.arrayContaining(
      { field: 'id', type: 'string' },
      { field: 'name', type: 'string' },
      { field: 'unit_price', type: 'int64' },
      { field: 'created_at', ...time },
      { field: 'updated_at', ...time },
    ),
  },
  payload: row,
};
pact.expects('the row of a product is written to the replica', { ...expected, value }, (record) => {
  expect(sink(asWritten(record))).toMatchObject({ table: 'products', row });
});

const fields = Object.entries(row).map(([field, of]) => ({
  field,
  ...(field.endsWith('_at') ? time : { type: typeof of === 'string' ? 'string' : 'int64' }),
}));
const whole = { schema: { type: 'struct', fields }, payload: row };
pact.expects(
  'the row comes in an envelope of schema and payload; one with anything else is a dead letter',
  {
    ...expected,
    description: `${expected.description} (in an envelope and nothing else)`,
    value: MatchersV3.eachKeyMatches(whole, MatchersV3.regex('schema|payload', 'schema')),
  },
  (record) => {
    expect(sink(asWritten(record))).toMatchObject({ row });
    const more = JSON.stringify({ ...whole, op: 'c' });
    expect(() => sink({ ...asWritten(record), value: more })).toThrow('nothing else');
  },
);

pact.expects(
  'a product that was deleted goes from the replica: a record without a value',
  { ...expected, description: 'the deletion of a product', value: null },
  (record) => {
    expect(sink(asWritten(record))).toEqual({ table: 'products', deleted: product.id });
  },
);
