import { link, type Theme } from '../theme.ts';

type Dog = { id: string; age?: number };
const dog: Dog = { id: 'd1' };
const never = 'never';

/** A field that moved to another subgraph, where it requires one of a third. */
export const theme: Theme = {
  subgraphs: {
    kennel: {
      typeDefs: `${link('key')}
        type Query { dog: Dog! }
        type Dog @key(fields: "id") { id: ID! age: Int! }`,
      resolvers: {
        Query: { dog: () => dog },
        Dog: { __resolveReference: (reference: object) => reference, age: () => 3 },
      },
    },
    old: {
      typeDefs: `${link('key')}
        type Dog @key(fields: "id") { id: ID! rank: String! }`,
      resolvers: { Dog: { __resolveReference: (reference: object) => reference, rank: () => never } },
    },
    new: {
      typeDefs: `${link('key', 'external', 'requires', 'override')}
        type Query { shown: Dog! }
        type Dog @key(fields: "id") {
          id: ID! age: Int! @external rank: String! @override(from: "old") @requires(fields: "age")
        }`,
      resolvers: {
        Query: { shown: () => dog },
        Dog: {
          __resolveReference: (reference: object) => reference,
          rank: ({ id, age }: Dog) => `${id} of ${age}`,
        },
      },
    },
  },
  cases: [
    { query: '{ dog { rank } }', data: { dog: { rank: 'd1 of 3' } } },
    { query: '{ shown { rank age } }', data: { shown: { rank: 'd1 of 3', age: 3 } } },
    { query: '{ shown { age: rank } }', data: { shown: { age: 'd1 of 3' } } },
  ],
};
