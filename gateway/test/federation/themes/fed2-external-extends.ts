import { byKey, link, type Theme } from '../theme.ts';

const trees = [
  { id: '1', species: 'oak', height: 20 },
  { id: '2', species: 'ash', height: 15 },
];

/** Federation 2: `@extends`, with fields that are external but for what a root field provides. */
export const theme: Theme = {
  subgraphs: {
    forest: {
      typeDefs: `${link('key', 'shareable')}
        type Query { tree(id: ID!): Tree }
        type Tree @key(fields: "id") { id: ID! species: String! @shareable }`,
      resolvers: {
        Query: { tree: (_: unknown, { id }: { id: string }) => trees.find((each) => each.id === id) },
        Tree: { __resolveReference: byKey(trees, 'id') },
      },
    },
    survey: {
      typeDefs: `${link('key', 'extends', 'external', 'provides')}
        type Query { tallest: Tree surveyed: [Tree!]! @provides(fields: "species") }
        type Tree @extends @key(fields: "id") { id: ID! @external species: String! @external height: Int! }`,
      resolvers: {
        Query: { tallest: () => ({ id: '1', height: 20 }), surveyed: () => trees },
        Tree: { __resolveReference: byKey(trees, 'id') },
      },
    },
  },
  cases: [
    { query: '{ tree(id: "2") { height } }', data: { tree: { height: 15 } } },
    {
      query: '{ tallest { id species height } }',
      data: { tallest: { id: '1', species: 'oak', height: 20 } },
    },
    {
      query: '{ surveyed { species height } }',
      data: {
        surveyed: [
          { species: 'oak', height: 20 },
          { species: 'ash', height: 15 },
        ],
      },
    },
  ],
};
