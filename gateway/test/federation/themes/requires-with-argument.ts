import { link, type Theme } from '../theme.ts';

type Film = { id: string; takes?: { cast: string }[]; cost?: number };
const takes = ['Kim', 'Lee', 'Mai', 'Noa'].map((cast, n) => ({ n: n + 1, cast }));

/** A required field with arguments, of which clients ask with other ones at the same time. */
export const theme: Theme = {
  subgraphs: {
    studio: {
      typeDefs: `${link('key')}
        type Query { film: Film }
        type Film @key(fields: "id") { id: ID! takes(first: Int!): [Take!]! cost(in: String! = "EUR"): Int! }
        type Take { n: Int! cast: String! }`,
      resolvers: {
        Query: { film: () => ({ id: 'f' }) },
        Film: {
          __resolveReference: (reference: object) => reference,
          takes: (_: unknown, { first }: { first: number }) => takes.slice(0, first),
          cost: (_: unknown, args: { in: string }) => (args.in === 'EUR' ? 100 : 1_150),
        },
      },
    },
    press: {
      typeDefs: `${link('key', 'external', 'requires')}
        type Film @key(fields: "id") {
          id: ID! takes(first: Int!): [Take!]! @external cost(in: String! = "EUR"): Int! @external
          star: String! @requires(fields: "takes(first: 3) { cast }") tax: Int! @requires(fields: "cost")
        }
        type Take @external { cast: String! }`,
      resolvers: {
        Film: {
          __resolveReference: (reference: object) => reference,
          star: (film: Film) => (film.takes ?? []).map(({ cast }) => cast).join('+'),
          tax: ({ cost = NaN }: Film) => cost / 5,
        },
      },
    },
  },
  cases: [
    { query: '{ film { star } }', data: { film: { star: 'Kim+Lee+Mai' } } },
    {
      query: '{ film { star takes(first: 1) { n } } }',
      data: { film: { star: 'Kim+Lee+Mai', takes: [{ n: 1 }] } },
      apolloIsWrong: true,
    },
    {
      query:
        'query ($first: Int = 4) { film { ...A ...B star } } fragment A on Film { takes(first: $first) { cast } } fragment B on Film { takes(first: $first) { n } }',
      data: { film: { takes: takes.map(({ n, cast }) => ({ cast, n })), star: 'Kim+Lee+Mai' } },
      apolloIsWrong: true,
    },
    {
      query: '{ film { tax cost(in: "NOK") } }',
      data: { film: { tax: 20, cost: 1_150 } },
      apolloIsWrong: true,
    },
    {
      query: '{ film { two: takes(first: 2) { n } star takes: tax } }',
      data: { film: { two: [{ n: 1 }, { n: 2 }], star: 'Kim+Lee+Mai', takes: 20 } },
    },
  ],
};
