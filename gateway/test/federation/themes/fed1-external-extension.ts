import { byKey, type Theme } from '../theme.ts';

const lakes = [
  { id: '1', depth: 30, fish: ['pike'] },
  { id: '2', depth: 70, fish: [] },
];

/** Federation 1: a type that another subgraph extends with `extend type`. */
export const theme: Theme = {
  subgraphs: {
    depths: {
      typeDefs: `
        type Query { lake(id: ID!): Lake }
        type Lake @key(fields: "id") { id: ID! depth: Int! }`,
      resolvers: {
        Query: { lake: (_: unknown, { id }: { id: string }) => lakes.find((each) => each.id === id) },
        Lake: { __resolveReference: byKey(lakes, 'id') },
      },
    },
    fishing: {
      typeDefs: `
        extend type Query { fished: [Lake!]! }
        extend type Lake @key(fields: "id") { id: ID! @external depth: Int! @external fish: [String!]! isGood: Boolean! @requires(fields: "depth") }`,
      resolvers: {
        Query: { fished: () => lakes.map(({ id, fish }) => ({ id, fish })) },
        Lake: {
          __resolveReference: ({ id, depth }: { id: string; depth?: number }) => ({
            id,
            depth,
            fish: lakes.find((each) => each.id === id)?.fish,
          }),
          isGood: ({ depth }: { depth: number }) => depth > 50,
        },
      },
    },
  },
  cases: [
    { query: '{ lake(id: "1") { fish isGood } }', data: { lake: { fish: ['pike'], isGood: false } } },
    {
      query: '{ fished { id depth isGood } }',
      data: {
        fished: [
          { id: '1', depth: 30, isGood: false },
          { id: '2', depth: 70, isGood: true },
        ],
      },
    },
  ],
};
