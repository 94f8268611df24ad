import { link, type Theme } from '../theme.ts';

const parts = [
  { id: 'p1', sku: 's1', origin: { country: 'NO', lot: '7' }, grams: 30, cents: 120 },
  { id: 'p2', sku: 's2', origin: { country: 'NL', lot: '9' }, grams: 45, cents: 250 },
];
type Origin = { country: string; lot: string };

/** Keys of several fields and with objects in them, and no key that all subgraphs have. */
export const theme: Theme = {
  subgraphs: {
    shelf: {
      typeDefs: `${link('key')}
        type Query { parts: [Part!]! }
        type Part @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { parts: () => parts } },
    },
    register: {
      typeDefs: `${link('key')}
        type Part @key(fields: "id") @key(fields: "sku origin { country lot }") { id: ID! sku: String! origin: Origin! }
        type Origin { country: String! lot: String! }`,
      resolvers: {
        Part: {
          __resolveReference: ({ id, sku }: { id?: string; sku?: string }) =>
            parts.find((part) => part.id === id || part.sku === sku),
        },
      },
    },
    prices: {
      typeDefs: `${link('key')}
        type Part @key(fields: "sku origin { country lot }") { sku: String! origin: Origin! cents: Int! box: Box! }
        type Box @key(fields: "part { sku }") { part: Part! size: String! }
        type Origin @key(fields: "lot country") { country: String! lot: String! }`,
      resolvers: {
        Part: {
          __resolveReference: ({ sku, origin }: { sku: string; origin: Origin }) =>
            parts.find((part) => part.sku === sku && part.origin.lot === origin.lot),
          box: (part: object) => ({ part, size: 'XL' }),
        },
      },
    },
  },
  cases: [
    { query: '{ parts { cents } }', data: { parts: [{ cents: 120 }, { cents: 250 }] } },
    {
      query: '{ parts { id origin { lot } box { size part { sku id } } } }',
      data: {
        parts: [
          { id: 'p1', origin: { lot: '7' }, box: { size: 'XL', part: { sku: 's1', id: 'p1' } } },
          { id: 'p2', origin: { lot: '9' }, box: { size: 'XL', part: { sku: 's2', id: 'p2' } } },
        ],
      },
    },
    {
      query: '{ parts { origin: cents sku: id lot: origin { country: lot } } }',
      data: {
        parts: [
          { origin: 120, sku: 'p1', lot: { country: '7' } },
          { origin: 250, sku: 'p2', lot: { country: '9' } },
        ],
      },
      apolloIsWrong: true,
    },
  ],
};
