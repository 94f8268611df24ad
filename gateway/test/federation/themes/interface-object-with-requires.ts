import { byKey, link, type Theme } from '../theme.ts';

const staff = [
  { __typename: 'Cook', id: 's1', name: 'Ana', dish: 'soup' },
  { __typename: 'Waiter', id: 's2', name: 'Bo', tables: 5 },
];

/** A field that an `@interfaceObject` computes from one of the interface's own. */
export const theme: Theme = {
  subgraphs: {
    kitchen: {
      typeDefs: `${link('key')}
        type Query { staff: [Staff!]! }
        interface Staff @key(fields: "id") { id: ID! name: String! }
        type Cook implements Staff @key(fields: "id") { id: ID! name: String! dish: String! }
        type Waiter implements Staff @key(fields: "id") { id: ID! name: String! tables: Int! }`,
      resolvers: {
        Query: { staff: () => staff },
        Staff: { __resolveReference: byKey(staff, 'id') },
        Cook: { __resolveReference: byKey(staff, 'id') },
        Waiter: { __resolveReference: byKey(staff, 'id') },
      },
    },
    badges: {
      typeDefs: `${link('key', 'interfaceObject', 'external', 'requires')}
        type Query { badges: [Staff!]! }
        type Staff @key(fields: "id") @interfaceObject {
          id: ID! name: String! @external badge: String! @requires(fields: "name")
        }`,
      resolvers: {
        Query: { badges: () => [{ id: 's1' }, { id: 's2' }] },
        Staff: {
          __resolveReference: (reference: object) => reference,
          badge: ({ name }: { name: string }) => name.toUpperCase(),
        },
      },
    },
  },
  cases: [
    { query: '{ staff { badge } }', data: { staff: [{ badge: 'ANA' }, { badge: 'BO' }] } },
    {
      query: '{ badges { badge ... on Cook { dish } } }',
      data: { badges: [{ badge: 'ANA', dish: 'soup' }, { badge: 'BO' }] },
    },
    {
      query: '{ staff { name: badge ... on Waiter { id: tables } } }',
      data: { staff: [{ name: 'ANA' }, { name: 'BO', id: 5 }] },
    },
  ],
};
