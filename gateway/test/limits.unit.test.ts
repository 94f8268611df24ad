import { describe, expect, test } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { limits } from '../src/limits.ts';

const schema = buildSchema(`
  type Query { me: User!  orders(first: Int = 20): Orders!  product(id: ID!): Product }
  type Mutation { logIn(email: String!): User }
  type User { id: ID! orders(first: Int = 20): Orders! }
  type Orders { nodes: [Order!]! }
  type Order { id: ID! user: User product: Product }
  type Product { id: ID! name: String! }
`);

function complaints(query: string): string[] {
  return validate(schema, parse(query), [limits]).map((error) => error.message);
}
const nested = (levels: number, inner = 'id'): string =>
  levels === 0 ? inner : `user { orders(first: 1) { nodes { ${nested(levels - 1, inner)} } } }`;

describe('an operation of ordinary size passes', () => {
  test.each([
    '{ me { orders(first: 50) { nodes { id product { name } user { id } } } } }',
    'query ($n: Int) { orders(first: $n) { nodes { id product { id name } user { id } } } }',
    `{ ${Array.from({ length: 20 }, (_, n) => `p${n}: product(id: "${n}") { name }`).join(' ')} }`,
    '{ __schema { types { name fields { name type { ofType { ofType { ofType { name } } } } } } } }',
  ])('%s', (query) => {
    expect(complaints(query)).toEqual([]);
  });
});

describe('an operation is turned away', () => {
  test('that is too deep', () => {
    expect(complaints(`{ orders(first: 1) { nodes { ${nested(5)} } } }`)).toEqual([
      'the operation asks for too much: 18 levels deep (at most 16)',
    ]);
  });

  test('that hides its depth in fragments', () => {
    const query = `{ orders(first: 1) { nodes { ...A } } }
      fragment A on Order { ${nested(3, '...B')} }
      fragment B on Order { ${nested(3)} }`;
    expect(complaints(query)).toEqual([expect.stringContaining('21 levels deep')]);
  });

  test('that repeats a root field under many aliases, in fragments too', () => {
    const logIns = (count: number, from: number) =>
      Array.from({ length: count }, (_, n) => `l${from + n}: logIn(email: "x") { id }`).join(' ');
    expect(
      complaints(`mutation { ${logIns(11, 0)} ...More } fragment More on Mutation { ${logIns(10, 11)} }`),
    ).toEqual(['the operation asks for too much: 21 fields at its root (at most 20)']);
  });

  test('whose values are nested too deeply, once for each of them', () => {
    const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
    expect(complaints(`{ product(id: ${lists(8)}) { id } }`)).toEqual([]);
    const query = `{ a: product(id: ${lists(9)}) { id } b: product(id: {c: {d: ${lists(900)}}}) { id } }`;
    const complaint = 'a value is nested too deeply (at most 8 levels)';
    expect(complaints(query)).toEqual([complaint, complaint]);
  });

  test('whose pages multiply', () => {
    const query =
      '{ orders(first: 100) { nodes { user { orders(first: 100) { nodes { id user { id } } } } } } }';
    expect(complaints(query)).toEqual([expect.stringMatching(/up to \d+ fields in its answer/)]);
  });

  test('whose pages are sized by variables: each counts as a full one', () => {
    const query =
      'query ($n: Int) { orders(first: $n) { nodes { user { orders(first: $n) { nodes { id user { id } } } } } } }';
    expect(complaints(query)).toHaveLength(1);
  });

  test('that repeats a page under many aliases', () => {
    const pages = Array.from(
      { length: 20 },
      (_, n) => `o${n}: orders(first: 100) { nodes { ${'a: id '.repeat(12)} } }`,
    );
    expect(complaints(`{ ${pages.join(' ')} }`)).toHaveLength(1);
  });
});

describe('weighing ends, and soon', () => {
  test('for fragments that contain themselves', () => {
    expect(complaints('{ me { ...A } } fragment A on User { id ...A }')).toEqual([]);
  });

  test('for fragments that double at each level', () => {
    const fragments = Array.from(
      { length: 60 },
      (_, n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`,
    );
    const startedAt = Date.now();
    const fragmentsOfQuery = fragments.map((fragment) =>
      fragment.replaceAll('F', 'Q').replace('User', 'Query'),
    );
    expect(
      complaints(
        `{ me { ...F0 } ...Q0 } ${fragments.join(' ')} fragment F60 on User { id }
         ${fragmentsOfQuery.join(' ')} fragment Q60 on Query { me { id } }`,
      ),
    ).toHaveLength(1);
    expect(Date.now() - startedAt).toBeLessThan(1_000);
  });
});
