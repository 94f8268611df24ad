import { link, type Theme } from '../theme.ts';

type Ware = { upc: string; price?: number; kind?: { mean: number } };

/** Two fields that require the same one with different arguments: right for one at a time, refused for both. */
export const theme: Theme = {
  subgraphs: {
    wares: {
      typeDefs: `${link('key')}
        type Query { wares: [Ware!]! }
        type Ware @key(fields: "upc") { upc: ID! price(in: String!): Int! kind: Kind! }
        type Kind { mean(in: String!): Int! }`,
      resolvers: {
        Query: { wares: () => [{ upc: '1' }] },
        Ware: {
          __resolveReference: (reference: object) => reference,
          price: (_: unknown, args: { in: string }) => (args.in === 'EUR' ? 100 : 120),
          kind: () => ({}),
        },
        Kind: { mean: (_: unknown, args: { in: string }) => (args.in === 'EUR' ? 50 : 60) },
      },
    },
    freight: {
      typeDefs: `${link('key', 'external', 'requires')}
        type Ware @key(fields: "upc") {
          upc: ID! price(in: String!): Int! @external kind: Kind! @external
          inEuro: String! @requires(fields: "price(in: \\"EUR\\")") inDollars: String! @requires(fields: "price(in: \\"USD\\")")
          isDear: Boolean! @requires(fields: "kind { mean(in: \\"USD\\") }")
        }
        type Kind @external { mean(in: String!): Int! }`,
      resolvers: {
        Ware: {
          __resolveReference: (reference: object) => reference,
          inEuro: ({ price }: Ware) => `${price} EUR`,
          inDollars: ({ price }: Ware) => `${price} USD`,
          isDear: ({ kind }: Ware) => kind?.mean === 60,
        },
      },
    },
  },
  cases: [
    { query: '{ wares { inEuro isDear } }', data: { wares: [{ inEuro: '100 EUR', isDear: true }] } },
    {
      query: '{ wares { inDollars isDear price(in: "EUR") kind { mean(in: "EUR") } } }',
      data: { wares: [{ inDollars: '120 USD', isDear: true, price: 100, kind: { mean: 50 } }] },
      apolloIsWrong: true,
    },
    {
      query: '{ wares { inEuro inDollars } }',
      refused: /"inEuro" and "inDollars" need "price" with different arguments/,
    },
    {
      query: '{ wares { ...A } wares { inDollars } } fragment A on Ware { a: inEuro }',
      refused: /need "price" with different arguments: ask for them in two operations/,
    },
    {
      query: '{ a: wares { inEuro } b: wares { inDollars } }',
      data: { a: [{ inEuro: '100 EUR' }], b: [{ inDollars: '120 USD' }] },
    },
  ],
};
