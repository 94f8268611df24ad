import { byKey, link, type Theme } from '../theme.ts';

const pets = [
  { __typename: 'Cat', id: 'c1', name: 'Mio', lives: 9 },
  { __typename: 'Fish', id: 'f1', name: 'Blub', tank: 2 },
];
const cats = pets.filter(({ __typename }) => __typename === 'Cat');
const fish = pets.filter(({ __typename }) => __typename === 'Fish');

/** A root field that provides a field of an interface, for each of its types. */
export const theme: Theme = {
  subgraphs: {
    names: {
      typeDefs: `${link('key', 'shareable')}
        interface Pet { id: ID! name: String! }
        type Cat implements Pet @key(fields: "id") { id: ID! name: String! @shareable lives: Int! }
        type Fish implements Pet @key(fields: "id") { id: ID! name: String! @shareable tank: Int! @shareable }`,
      resolvers: {
        Cat: { __resolveReference: byKey(cats, 'id') },
        Fish: { __resolveReference: byKey(fish, 'id') },
      },
    },
    show: {
      typeDefs: `${link('key', 'shareable', 'external', 'provides')}
        type Query { winner: Pet @provides(fields: "... on Cat { name } ... on Fish { name tank }") all: [Pet!]! }
        interface Pet { id: ID! }
        type Cat implements Pet @key(fields: "id") { id: ID! name: String! @external }
        type Fish implements Pet @key(fields: "id") { id: ID! name: String! @external tank: Int! @external }`,
      resolvers: {
        Query: {
          winner: () => pets[1],
          all: () => pets.map(({ __typename, id }) => ({ __typename, id })),
        },
      },
    },
  },
  cases: [
    {
      query: '{ winner { id name ... on Fish { tank } } }',
      data: { winner: { id: 'f1', name: 'Blub', tank: 2 } },
    },
    {
      query: '{ all { name ... on Cat { lives } } }',
      data: { all: [{ name: 'Mio', lives: 9 }, { name: 'Blub' }] },
    },
    {
      query: '{ winner { id: name ... on Cat { lives } } }',
      data: { winner: { id: 'Blub' } },
    },
  ],
};
