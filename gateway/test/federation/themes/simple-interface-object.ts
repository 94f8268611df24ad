import { byKey, link, type Theme } from '../theme.ts';

const guests = [
  { __typename: 'Member', id: 'g1', name: 'Ida', since: 1999 },
  { __typename: 'Visitor', id: 'g2', name: 'Per', host: 'Ida' },
];
const visits = [
  { id: 'g1', visits: 7 },
  { id: 'g2', visits: 1 },
];

/** An interface that one subgraph takes for an object type, and so adds a field to all its types. */
export const theme: Theme = {
  subgraphs: {
    desk: {
      typeDefs: `${link('key')}
        type Query { guests: [Guest!]! member: Member! }
        interface Guest @key(fields: "id") { id: ID! name: String! }
        type Member implements Guest @key(fields: "id") { id: ID! name: String! since: Int! }
        type Visitor implements Guest @key(fields: "id") { id: ID! name: String! host: String! }`,
      resolvers: {
        Query: { guests: () => guests, member: () => guests[0] },
        Guest: { __resolveReference: byKey(guests, 'id') },
        Member: { __resolveReference: byKey(guests, 'id') },
        Visitor: { __resolveReference: byKey(guests, 'id') },
      },
    },
    log: {
      typeDefs: `${link('key', 'interfaceObject')}
        type Query { regulars: [Guest!]! }
        type Guest @key(fields: "id") @interfaceObject { id: ID! visits: Int! }`,
      resolvers: {
        Query: { regulars: () => visits },
        Guest: { __resolveReference: byKey(visits, 'id') },
      },
    },
  },
  cases: [
    {
      query: '{ guests { name visits } member { visits since } }',
      data: {
        guests: [
          { name: 'Ida', visits: 7 },
          { name: 'Per', visits: 1 },
        ],
        member: { visits: 7, since: 1999 },
      },
    },
    { query: '{ regulars { id visits } }', data: { regulars: visits } },
    {
      query: '{ regulars { __typename name visits ... on Visitor { host } } }',
      data: {
        regulars: [
          { __typename: 'Member', name: 'Ida', visits: 7 },
          { __typename: 'Visitor', name: 'Per', visits: 1, host: 'Ida' },
        ],
      },
    },
    {
      query: '{ regulars { id: visits name } }',
      data: {
        regulars: [
          { id: 7, name: 'Ida' },
          { id: 1, name: 'Per' },
        ],
      },
      apolloIsWrong: true,
    },
  ],
};
