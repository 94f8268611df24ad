import { expect, test } from '@jest/globals';
import { buildSchema, getVariableValues, Kind, parse } from 'graphql';
import { compileVariablesCheck } from '../src/compiled-plan/check-variables.ts';

const schema = buildSchema(`
  scalar Money
  enum Size { S M }
  input Item { id: ID!, qty: Int! = 1, size: Size, price: Money, tags: [String!], inner: Item }
  input Either @oneOf { id: ID, name: String }
  type Query { ask: Boolean }
`);

function verdicts(type: string, variables: Record<string, unknown>) {
  const [operation] = parse(`query ($value: ${type}) { ask }`).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('an operation is expected');
  const definitions = operation.variableDefinitions ?? [];
  return {
    ours: compileVariablesCheck(schema, definitions)(variables),
    theirs: getVariableValues(schema, definitions, variables).errors === undefined,
  };
}

test.each([
  ['Int!', [1, 2 ** 31, 1.5, '1', null]],
  ['ID!', ['a', 1, 1.5, true, {}]],
  ['Size', ['S', 'L', null, ['S']]],
  ['[Int!]!', [[1], 1, [null], ['a']]],
  ['Money', [5, null, {}]],
  [
    'Item!',
    [
      { id: 'a', qty: 2 },
      { id: 'a' },
      { id: 'a', qty: null },
      { id: 'a', size: 'M', tags: ['b'], price: 3 },
      { id: 'a', size: 'XL' },
      { id: 'a', size: null },
      { id: 'a', qty: 1, colour: 'red' },
      { id: 'a', inner: { id: 'b' } },
      { id: 'a', inner: { qty: 1 } },
      { qty: 1 },
      JSON.parse('{ "id": "a", "__proto__": { "qty": 1 } }') as unknown,
      [],
      ['a'],
      'a',
      null,
    ],
  ],
  ['Either!', [{ id: 'a' }, { name: 'b' }, { id: 'a', name: 'b' }, {}, { id: null }]],
])('what graphql-js says of a variable of type %s is said of it', (type, values) => {
  for (const value of [...values, undefined]) {
    const { ours, theirs } = verdicts(type, value === undefined ? {} : { value });
    expect({ value, accepted: ours }).toEqual({ value, accepted: theirs });
  }
});
