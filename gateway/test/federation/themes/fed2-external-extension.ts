import { byKey, link, type Theme } from '../theme.ts';

const boats = [{ id: '1', name: 'Vega', sail: 40 }];

/** Federation 2: `extend type` with a key that is external there. */
export const theme: Theme = {
  subgraphs: {
    harbour: {
      typeDefs: `${link('key')}
        type Query { boats: [Boat!]! }
        type Boat @key(fields: "id") { id: ID! name: String! }`,
      resolvers: { Query: { boats: () => boats }, Boat: { __resolveReference: byKey(boats, 'id') } },
    },
    sails: {
      typeDefs: `${link('key', 'external', 'requires')}
        type Query { sailing: Boat }
        extend type Boat @key(fields: "id") {
          id: ID! @external name: String! @external sail: Int! banner: String! @requires(fields: "name")
        }`,
      resolvers: {
        Query: { sailing: () => ({ id: '1', sail: 40 }) },
        Boat: {
          __resolveReference: ({ id, name }: { id: string; name?: string }) => ({ id, name, sail: 40 }),
          banner: ({ name }: { name: string }) => `~${name}~`,
        },
      },
    },
  },
  cases: [
    { query: '{ boats { sail banner } }', data: { boats: [{ sail: 40, banner: '~Vega~' }] } },
    {
      query: '{ sailing { id name sail banner } }',
      data: { sailing: { id: '1', name: 'Vega', sail: 40, banner: '~Vega~' } },
    },
  ],
};
