import { readFileSync } from 'node:fs';
import { composeServices } from '@apollo/composition';
import { describe, expect, test } from '@jest/globals';
import { lexicographicSortSchema, parse, printSchema } from 'graphql';
import { readOperations } from '../src/operations.ts';
import { checkSchema, type Change, type SchemaCheck } from '../src/schema-check/check-schema.ts';
import { describe as inWords } from '../src/schema-check/describe.ts';
import { readSupergraph } from '../src/schema-check/read-supergraph.ts';
import { composeSupergraph, readSubgraphSchemas } from '../src/supergraph.ts';

const link =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@inaccessible"])\n';

const shop = `${link}
type Query {
  products(first: Int = 20, kind: Kind, near: Near): [Product!]!
  product(id: ID!): Product
  anything: [Anything!]!
  node(id: ID!): Node
  deprecated: Int @deprecated(reason: "nobody asks")
  hidden: Hidden @inaccessible
}
type Hidden @inaccessible { id: ID! }
interface Node { id: ID! }
type Product implements Node @key(fields: "id") @key(fields: "name") { id: ID! name: String! stock: Int! kind: Kind! price: Float }
type Book { title: String! }
union Anything = Product | Book
enum Kind { TEA COFFEE WATER }
input Near { city: String! street: String deep: Deep }
input Deep { level: Int }
type Mutation { add(name: String!, near: Near): Product! rename(input: Rename!): Product! }
input Rename { id: ID! name: String }
`;

const operations = {
  list: '{ products { id stock } }',
  'list-few': '{ products(first: 5) { id } }',
  'list-tea': '{ products(kind: TEA) { id } }',
  'list-of-kind': 'query ($kind: Kind) { products(kind: $kind) { id } }',
  'list-near': '{ products(near: { city: "Berlin", street: "Allee" }) { id } }',
  kinds: '{ products { kind } }',
  anything: '{ anything { __typename ... on Book { title } } }',
  node: '{ node(id: "1") { id } }',
  price: 'query { product(id: "1") { ...P } } fragment P on Product { price }',
  add: 'mutation ($near: Near) { add(name: "x", near: $near) { id } }',
  rename: 'mutation { rename(input: { id: "1" }) { id } }',
  'rename-variable': 'mutation ($input: Rename!) { rename(input: $input) { id } }',
};

const known = Object.entries(operations).map(([name, text]) => ({ name, text }));

const compose = (sdl: string): string => composeSupergraph([{ name: 'shop', sdl }]);

const released = compose(shop);

function changing(...replacements: [from: string, to: string][]): SchemaCheck {
  const changed = replacements.reduce((sdl, [from, to]) => {
    expect(sdl).toContain(from);
    return sdl.replace(from, to);
  }, shop);
  return checkSchema({ released, present: compose(changed), operations: known });
}

const change = (description: string, ...operationNames: string[]): Change => ({
  description,
  operations: operationNames,
});

describe('a breaking change is named with the operations that it breaks:', () => {
  test.each<[string, [string, string][], Change[]]>([
    ['a removed field', [[' stock: Int!', '']], [change('Product.stock was removed.', 'list')]],
    [
      'a removed field that no operation asks for',
      [['deprecated: Int @deprecated(reason: "nobody asks")', '']],
      [change('Query.deprecated was removed.')],
    ],
    [
      'a field that may be null now',
      [['stock: Int!', 'stock: Int']],
      [change('Product.stock changed type from Int! to Int.', 'list')],
    ],
    [
      'a field of another type, asked for through a fragment',
      [['price: Float', 'price: String']],
      [
        change('Standard scalar Float was removed because it is not referenced anymore.', 'price'),
        change('Product.price changed type from Float to String.', 'price'),
      ],
    ],
    [
      'a new required argument',
      [['anything: [', 'anything(where: String!): [']],
      [change('A required arg where on Query.anything was added.', 'anything')],
    ],
    [
      'a removed argument, for those who send it',
      [['first: Int = 20, ', '']],
      [change('Query.products arg first was removed.', 'list-few')],
    ],
    [
      'an argument of another type, for those who send it',
      [['first: Int = 20', 'first: String']],
      [change('Query.products arg first has changed type from Int to String.', 'list-few')],
    ],
    [
      'an argument that has to be sent now, also for those who leave it out',
      [['kind: Kind, near', 'kind: Kind!, near']],
      [
        change(
          'Query.products arg kind has changed type from Kind to Kind!.',
          ...['list', 'list-few', 'list-tea', 'list-of-kind', 'list-near', 'kinds'],
        ),
      ],
    ],
    [
      'a removed enum value, for those who send it, may send it, or may be answered it',
      [['TEA COFFEE', 'COFFEE']],
      [change('TEA was removed from enum type Kind.', 'list-tea', 'list-of-kind', 'kinds')],
    ],
    [
      'a removed enum value that is sent by nobody as such',
      [['COFFEE WATER', 'COFFEE']],
      [change('WATER was removed from enum type Kind.', 'list-of-kind', 'kinds')],
    ],
    [
      'an input field that has to be sent now, also for those who leave it out',
      [['name: String }\n', 'name: String! }\n']],
      [change('Rename.name changed type from String to String!.', 'rename', 'rename-variable')],
    ],
    [
      'a new required input field',
      [['input Rename { id', 'input Rename { why: String! id']],
      [change('A required field why on input type Rename was added.', 'rename', 'rename-variable')],
    ],
    [
      'a removed input field, for those who send it or may send it',
      [[' street: String', '']],
      [change('Near.street was removed.', 'list-near', 'add')],
    ],
    [
      'an input field inside of another input',
      [['level: Int', 'level: String']],
      [change('Deep.level changed type from Int to String.', 'add')],
    ],
    [
      'a removed type',
      [
        ['type Book { title: String! }', ''],
        [' | Book', ''],
      ],
      [
        change('Book was removed.', 'anything'),
        change('Book was removed from union type Anything.', 'anything'),
      ],
    ],
    [
      'a type that is another kind of type now',
      [
        ['type Book { title: String! }', 'type Pen { ink: Int }\nscalar Book'],
        [' | Book', ' | Pen'],
      ],
      [
        change('Book was removed from union type Anything.', 'anything'),
        change('Book changed from an Object type to a Scalar type.', 'anything'),
      ],
    ],
    [
      'a member that a union lost',
      [
        ['Product | Book', 'Product'],
        ['type Query {', 'type Query { book: Book '],
      ],
      [change('Book was removed from union type Anything.', 'anything')],
    ],
    [
      'an interface that a type no longer implements',
      [
        [' implements Node', ''],
        ['type Book {', 'type Book implements Node { id: ID!'],
      ],
      [change('Product no longer implements interface Node.', 'node')],
    ],
    [
      'a key by which gateways ask for an entity',
      [[' @key(fields: "name")', '']],
      [change('SHOP no longer answers for Product by name.', ...Object.keys(operations))],
    ],
    [
      'a key that the subgraph does not resolve any more',
      [['@key(fields: "name")', '@key(fields: "name", resolvable: false)']],
      [change('SHOP no longer answers for Product by name.', ...Object.keys(operations))],
    ],
  ])('%s', (_, replacements, breaking) => {
    expect(changing(...replacements).breaking).toEqual(breaking);
  });
});

test('an operation that the present schema refuses is named with the reason', () => {
  expect(changing([' stock: Int!', '']).invalid).toEqual([
    {
      operation: 'list',
      reasons: ['Cannot query field "stock" on type "Product". (line 1, column 17)'],
    },
  ]);
  const broken = [{ name: 'broken', text: '{ products {' }];
  expect(checkSchema({ released, present: released, operations: broken }).invalid).toEqual([
    { operation: 'broken', reasons: ['Syntax Error: Expected Name, found <EOF>. (line 1, column 13)'] },
  ]);
});

test.each<[string, [string, string], Change]>([
  [
    'a new enum value',
    ['TEA', 'TEA MILK'],
    change('MILK was added to enum type Kind.', 'list-tea', 'list-of-kind', 'kinds'),
  ],
  [
    'another default',
    ['= 20', '= 10'],
    change(
      'Query.products arg first has changed defaultValue from 20 to 10.',
      'list',
      'list-few',
      'list-tea',
      'list-of-kind',
      'list-near',
      'kinds',
    ),
  ],
  [
    'a new optional argument',
    ['node(id: ID!)', 'node(id: ID!, at: Int)'],
    change('An optional arg at on Query.node was added.', 'node'),
  ],
  [
    'a new optional input field',
    ['level: Int', 'level: Int floor: Int'],
    change('An optional field floor on input type Deep was added.', 'add'),
  ],
])('what may surprise clients is a warning: %s', (_, replacement, dangerous) => {
  const check = changing(replacement);
  expect(check).toEqual({ breaking: [], dangerous: [dangerous], invalid: [] });
});

test.each<[string, [string, string]]>([
  ['a new field', ['stock: Int!', 'stock: Int! colour: String']],
  ['a field that is never null any more', ['price: Float', 'price: Float!']],
  ['an argument that may be left out now', ['city: String!', 'city: String']],
  ['a new key', ['type Book {', 'type Book @key(fields: "title") {']],
  [
    'whatever clients cannot see',
    ['type Hidden @inaccessible { id: ID!', 'type Hidden @inaccessible { name: ID!'],
  ],
])('what breaks nobody is not mentioned: %s', (_, replacement) => {
  expect(changing(replacement)).toEqual({ breaking: [], dangerous: [], invalid: [] });
});

test('the report says for every change whom it breaks, or that it breaks nobody that is known', () => {
  const check = changing([' stock: Int!', ''], ['deprecated: Int @deprecated(reason: "nobody asks")', '']);
  expect(inWords(check)).toEqual([
    'BREAKING  Product.stock was removed.',
    '          breaks contracts/operations/list.graphql',
    'BREAKING  Query.deprecated was removed.',
    '          no known operation uses it',
    'INVALID   contracts/operations/list.graphql: Cannot query field "stock" on type "Product". (line 1, column 17)',
    '2 breaking changes since the last release, 1 known operation broken, 1 known operation invalid',
  ]);
});

describe('the services’ schemas', () => {
  const present = composeSupergraph(readSubgraphSchemas());

  test('break neither the last release nor a known operation (else: npm run schema:check)', () => {
    const last = readFileSync(new URL('../released/supergraph.graphql', import.meta.url), 'utf8');
    const { breaking, invalid } = checkSchema({ released: last, present, operations: readOperations() });
    expect({ breaking, invalid }).toEqual({ breaking: [], invalid: [] });
  });

  test.each([
    ['the shop’s', [{ name: 'shop', sdl: shop }]],
    ['the services’', readSubgraphSchemas()],
  ])('are compared as clients see them: %s API schema is the one that federation makes', (_, schemas) => {
    const { schema } = composeServices(
      schemas.map(({ name, sdl }) => ({ name, typeDefs: parse(sdl), url: '' })),
    );
    const { api } = readSupergraph(composeSupergraph(schemas));
    const expected = schema?.toAPISchema().toGraphQLJSSchema();
    if (!expected) throw new Error('does not compose');
    expect(printSchema(lexicographicSortSchema(api))).toBe(printSchema(lexicographicSortSchema(expected)));
  });
});
