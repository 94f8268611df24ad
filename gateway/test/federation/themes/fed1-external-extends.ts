import { byKey, type Theme } from '../theme.ts';

const towns = [
  { id: '1', name: 'Lund', mayor: 'Eva' },
  { id: '2', name: 'Ystad', mayor: 'Kurt' },
];

/** Federation 1: a type that another subgraph extends with `@extends`, its key external there. */
export const theme: Theme = {
  subgraphs: {
    map: {
      typeDefs: `
        type Query { town(id: ID!): Town }
        type Town @key(fields: "id") { id: ID! name: String! }`,
      resolvers: {
        Query: { town: (_: unknown, { id }: { id: string }) => towns.find((each) => each.id === id) },
        Town: { __resolveReference: byKey(towns, 'id') },
      },
    },
    politics: {
      typeDefs: `
        type Query { elected: [Town] best: Town @provides(fields: "name") }
        type Town @extends @key(fields: "id") { id: ID! @external name: String! @external mayor: String! }`,
      resolvers: {
        Query: { elected: () => towns.map(({ id, mayor }) => ({ id, mayor })), best: () => towns[1] },
        Town: { __resolveReference: byKey(towns, 'id') },
      },
    },
  },
  cases: [
    { query: '{ town(id: "1") { id name mayor } }', data: { town: { id: '1', name: 'Lund', mayor: 'Eva' } } },
    {
      query: '{ elected { id name mayor } }',
      data: {
        elected: [
          { id: '1', name: 'Lund', mayor: 'Eva' },
          { id: '2', name: 'Ystad', mayor: 'Kurt' },
        ],
      },
    },
    { query: '{ best { name mayor } }', data: { best: { name: 'Ystad', mayor: 'Kurt' } } },
  ],
};
