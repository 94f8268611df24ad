import { link, type Theme } from '../theme.ts';

type Loaf = { id: string; grams?: number; cents?: number; isDear?: boolean };
const keep = (reference: object) => reference;

/** Fields that require fields that require fields, each in a subgraph of its own. */
export const theme: Theme = {
  subgraphs: {
    oven: {
      typeDefs: `${link('key')}
        type Query { loaf: Loaf }
        type Loaf @key(fields: "id") { id: ID! grams: Int! }`,
      resolvers: {
        Query: { loaf: () => ({ id: 'l' }) },
        Loaf: { __resolveReference: keep, grams: () => 750 },
      },
    },
    till: {
      typeDefs: `${link('key', 'external', 'requires')}
        type Loaf @key(fields: "id") { id: ID! grams: Int! @external cents: Int! @requires(fields: "grams") }`,
      resolvers: {
        Loaf: { __resolveReference: keep, cents: ({ grams = NaN }: Loaf) => grams / 2 },
      },
    },
    critic: {
      typeDefs: `${link('key', 'external', 'requires')}
        type Loaf @key(fields: "id") { id: ID! cents: Int! @external isDear: Boolean! @requires(fields: "cents") }`,
      resolvers: { Loaf: { __resolveReference: keep, isDear: ({ cents = NaN }: Loaf) => cents > 300 } },
    },
    paper: {
      typeDefs: `${link('key', 'external', 'requires')}
        type Loaf @key(fields: "id") {
          id: ID! isDear: Boolean! @external cents: Int! @external review: String! @requires(fields: "isDear cents")
        }`,
      resolvers: {
        Loaf: {
          __resolveReference: keep,
          review: ({ isDear, cents }: Loaf) => `${cents}: ${isDear ? 'dear' : 'fair'}`,
        },
      },
    },
  },
  cases: [
    { query: '{ loaf { review } }', data: { loaf: { review: '375: dear' } } },
    {
      query: '{ loaf { review isDear cents grams } }',
      data: { loaf: { review: '375: dear', isDear: true, cents: 375, grams: 750 } },
    },
    { query: '{ loaf { isDear } }', data: { loaf: { isDear: true } } },
    {
      query: '{ loaf { grams: review cents: id isDear: grams } }',
      data: { loaf: { grams: '375: dear', cents: 'l', isDear: 750 } },
      apolloIsWrong: true,
    },
  ],
};
