import { link, type Theme } from '../theme.ts';

const bread = { __typename: 'Bread', id: 'b1', flour: 'rye' };
const fail = () => {
  throw new Error('not resolvable');
};

/** Interfaces that are objects elsewhere, with a way to one of them that no key leads on from, and with no types. */
export const theme: Theme = {
  subgraphs: {
    orders: {
      typeDefs: `${link('key', 'interfaceObject')}
        type Query { thing: Thing good: Good! }
        interface Thing @key(fields: "id") { id: ID! }
        type Good @key(fields: "id", resolvable: false) @interfaceObject { id: ID! }`,
      resolvers: {
        Query: { thing: () => ({ __typename: 'Thing', id: 't1' }), good: () => ({ id: 'b1' }) },
        Thing: { __resolveReference: fail },
      },
    },
    bakery: {
      typeDefs: `${link('key', 'interfaceObject')}
        type Query { described: Thing }
        type Thing @key(fields: "id", resolvable: false) @interfaceObject { id: ID! text: String }
        interface Good @key(fields: "id") { id: ID! }
        type Bread implements Good @key(fields: "id") { id: ID! flour: String! }`,
      resolvers: {
        Query: { described: () => ({ id: 't1', text: 'a thing' }) },
        Good: { __resolveReference: () => bread },
        Bread: { __resolveReference: () => bread },
      },
    },
  },
  cases: [
    { query: '{ described { id text } }', data: { described: { id: 't1', text: 'a thing' } } },
    { query: '{ thing { text } }', refused: /no subgraph can answer "thing"/ },
    { query: '{ thing { id } }', data: { thing: null }, codes: ['INTERNAL_SERVER_ERROR'] },
    { query: '{ good { id } }', data: { good: { id: 'b1' } } },
    { query: '{ good { ... on Bread { id flour } } }', data: { good: { id: 'b1', flour: 'rye' } } },
    { query: '{ good { id flour } }', codes: ['GRAPHQL_VALIDATION_FAILED'] },
  ],
};
