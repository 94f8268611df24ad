import { byKey, link, type Theme } from '../theme.ts';

const ovens = [{ __typename: 'Oven', id: 'o1', watts: 2_000 }];
const kettles = [{ __typename: 'Kettle', id: 'k1', litres: 2 }];
const all = [...ovens, ...kettles];
const bare = all.map(({ __typename, id }) => ({ __typename, id }));

/** A union and an interface with types that each subgraph knows some fields, and some memberships, of. */
export const theme: Theme = {
  subgraphs: {
    power: {
      typeDefs: `${link('key', 'shareable')}
        type Query { powered: [Good!]! node(id: ID!): Node nodes: [Node!]! }
        union Good = Oven | Kettle
        interface Node { id: ID! }
        type Oven implements Node @key(fields: "id") { id: ID! watts: Int! }
        type Kettle @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: { powered: () => all, node: () => ovens[0], nodes: () => ovens },
        Oven: { __resolveReference: byKey(ovens, 'id') },
      },
    },
    water: {
      typeDefs: `${link('key', 'shareable')}
        type Query { wet: [Node!]! }
        interface Node { id: ID! }
        type Oven @key(fields: "id") { id: ID! isDry: Boolean! }
        type Kettle implements Node @key(fields: "id") { id: ID! litres: Int! }`,
      resolvers: {
        Query: { wet: () => kettles },
        Oven: { isDry: () => true },
        Kettle: { __resolveReference: byKey(kettles, 'id') },
      },
    },
  },
  cases: [
    {
      query: '{ powered { ... on Oven { watts isDry } ... on Kettle { litres } } }',
      data: { powered: [{ watts: 2_000, isDry: true }, { litres: 2 }] },
    },
    {
      query:
        '{ powered { ... on Node { id } } nodes { ... on Oven { isDry } ... on Kettle { litres } } wet { id } }',
      data: { powered: bare.map(({ id }) => ({ id })), nodes: [{ isDry: true }], wet: [{ id: 'k1' }] },
    },
    {
      query: '{ node(id: "o1") { ... on Oven { ... on Node { ... on Oven { watts } } } } }',
      data: { node: { watts: 2_000 } },
    },
  ],
};
