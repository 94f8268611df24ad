import { link, type Theme } from '../theme.ts';

type Way = { __typename: string; km: number; bridge?: string };
const ways: Record<string, Way> = {
  t1: { __typename: 'Road', km: 12, bridge: 'old' },
  t2: { __typename: 'Rail', km: 30 },
};

/** A field that requires an interface's fields, and of one of its types some more. */
export const theme: Theme = {
  subgraphs: {
    maps: {
      typeDefs: `${link('key', 'shareable')}
        type Query { trips: [Trip!]! }
        type Trip @key(fields: "id") { id: ID! way: Way! }
        interface Way { km: Int! }
        type Road implements Way @shareable { km: Int! bridge: String }
        type Rail implements Way @shareable { km: Int! }`,
      resolvers: {
        Query: { trips: () => [{ id: 't1' }, { id: 't2' }] },
        Trip: {
          __resolveReference: (reference: object) => reference,
          way: ({ id }: { id: string }) => ways[id],
        },
      },
    },
    tolls: {
      typeDefs: `${link('key', 'external', 'requires', 'shareable')}
        type Trip @key(fields: "id") {
          id: ID! way: Way! @external toll: String! @requires(fields: "way { km ... on Road { bridge } }")
        }
        interface Way { km: Int! }
        type Road implements Way @shareable { km: Int! bridge: String }
        type Rail implements Way @shareable { km: Int! }`,
      resolvers: {
        Trip: {
          __resolveReference: (reference: object) => reference,
          toll: ({ way }: { way: Way }) =>
            `${way.km} km${way.bridge === undefined ? '' : `, ${way.bridge} bridge`}`,
        },
      },
    },
  },
  cases: [
    { query: '{ trips { toll } }', data: { trips: [{ toll: '12 km, old bridge' }, { toll: '30 km' }] } },
    {
      query: '{ trips { toll way { __typename km } } }',
      data: {
        trips: [
          { toll: '12 km, old bridge', way: { __typename: 'Road', km: 12 } },
          { toll: '30 km', way: { __typename: 'Rail', km: 30 } },
        ],
      },
    },
    {
      query: '{ trips { toll way { ... on Road { km: bridge } ... on Rail { bridge: km } } } }',
      data: {
        trips: [
          { toll: '12 km, old bridge', way: { km: 'old' } },
          { toll: '30 km', way: { bridge: 30 } },
        ],
      },
      apolloIsWrong: true,
    },
  ],
};
