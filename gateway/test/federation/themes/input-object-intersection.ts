import { link, type Theme } from '../theme.ts';

type Filter = { filter: { first: number; sure?: boolean } };

/** An input that has fields in one subgraph only: clients see those of both. */
export const theme: Theme = {
  subgraphs: {
    hours: {
      typeDefs: `${link('key')}
        type Query { hours(filter: Filter!): [Int!]! }
        input Filter { first: Int! sure: Boolean }`,
      resolvers: {
        Query: { hours: (_: unknown, { filter }: Filter) => [1, 2, 3].slice(0, filter.first) },
      },
    },
    days: {
      typeDefs: `${link('key')}
        type Query { days(filter: Filter!): [String!]! }
        input Filter { first: Int! }`,
      resolvers: {
        Query: { days: (_: unknown, { filter }: Filter) => ['Mo', 'Tu', 'We'].slice(0, filter.first) },
      },
    },
  },
  cases: [
    {
      query: '{ hours(filter: { first: 2 }) days(filter: { first: 1 }) }',
      data: { hours: [1, 2], days: ['Mo'] },
    },
    {
      query: 'query ($filter: Filter!) { hours(filter: $filter) days(filter: $filter) }',
      variables: { filter: { first: 1 } },
      data: { hours: [1], days: ['Mo'] },
    },
    { query: '{ days(filter: { first: 1, sure: true }) }', codes: ['BAD_USER_INPUT'] },
  ],
};
