import { byKey, link, type Theme } from '../theme.ts';

const bikes = [
  { id: '1', brand: 'Moulton', grams: 9_800 },
  { id: '2', brand: 'Brompton', grams: 11_500 },
];

/** @skip and @include over fields that others require, over keys, and over everything that is asked of an object. */
export const theme: Theme = {
  subgraphs: {
    shop: {
      typeDefs: `${link('key')}
        type Query { bikes: [Bike!]! }
        type Bike @key(fields: "id") { id: ID! brand: String! grams: Int! }`,
      resolvers: { Query: { bikes: () => bikes }, Bike: { __resolveReference: byKey(bikes, 'id') } },
    },
    freight: {
      typeDefs: `${link('key', 'external', 'requires')}
        type Bike @key(fields: "id") {
          id: ID! grams: Int! @external carrier: String! isHeavy: Boolean! @requires(fields: "grams")
        }`,
      resolvers: {
        Bike: {
          __resolveReference: (reference: object) => reference,
          carrier: () => 'rail',
          isHeavy: ({ grams }: { grams: number }) => grams > 10_000,
        },
      },
    },
  },
  cases: [
    ...[true, false].map((no) => ({
      query: 'query ($no: Boolean!) { bikes { carrier isHeavy @skip(if: $no) } }',
      variables: { no },
      data: {
        bikes: [
          { carrier: 'rail', ...(!no && { isHeavy: false }) },
          { carrier: 'rail', ...(!no && { isHeavy: true }) },
        ],
      },
      ...(no && { apolloIsWrong: true as const }),
    })),
    {
      query:
        'query ($no: Boolean = true) { bikes { ... @skip(if: $no) { isHeavy } ...F } } fragment F on Bike { carrier }',
      data: { bikes: [{ carrier: 'rail' }, { carrier: 'rail' }] },
    },
    {
      query: '{ bikes { id @include(if: false) isHeavy } }',
      data: { bikes: [{ isHeavy: false }, { isHeavy: true }] },
    },
    {
      query:
        'query ($no: Boolean = true, $yes: Boolean = true) { bikes @include(if: $yes) { brand @skip(if: $no) } }',
      data: { bikes: [{}, {}] },
      apolloIsWrong: true,
    },
    { query: '{ bikes @skip(if: true) { isHeavy } }', data: {} },
  ],
};
