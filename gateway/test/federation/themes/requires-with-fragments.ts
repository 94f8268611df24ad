import { link, type Theme } from '../theme.ts';

type Sign = { __typename: string; x: number; y?: number; deep?: { z: number } };
const signs: Record<string, Sign> = {
  a: { __typename: 'Cross', x: 1, y: 2 },
  b: { __typename: 'Star', x: 3, deep: { z: 4 } },
};

/** `@requires` with fragments on the types of a union, and objects within them. */
export const theme: Theme = {
  subgraphs: {
    marks: {
      typeDefs: `${link('key', 'shareable')}
        type Query { marks: [Mark!]! }
        type Mark @key(fields: "id") { id: ID! sign: Sign! }
        union Sign = Cross | Star
        type Cross @shareable { x: Int! y: Int! }
        type Star @shareable { x: Int! deep: Deep! }
        type Deep @shareable { z: Int! }`,
      resolvers: {
        Query: { marks: () => [{ id: 'a' }, { id: 'b' }] },
        Mark: {
          __resolveReference: (reference: object) => reference,
          sign: ({ id }: { id: string }) => signs[id],
        },
      },
    },
    sums: {
      typeDefs: `${link('key', 'external', 'requires', 'shareable')}
        type Mark @key(fields: "id") {
          id: ID! sign: Sign! @external
          sum: Int! @requires(fields: "sign { ... on Cross { x y } ... on Star { x deep { z } } }")
        }
        union Sign = Cross | Star
        type Cross @shareable { x: Int! y: Int! }
        type Star @shareable { x: Int! deep: Deep! }
        type Deep @shareable { z: Int! }`,
      resolvers: {
        Mark: {
          __resolveReference: (reference: object) => reference,
          sum: ({ sign }: { sign: Sign }) => sign.x + (sign.y ?? 0) + (sign.deep?.z ?? 0),
        },
      },
    },
  },
  cases: [
    { query: '{ marks { sum } }', data: { marks: [{ sum: 3 }, { sum: 7 }] } },
    {
      query: '{ marks { sum sign { __typename ... on Star { deep { z } } } } }',
      data: {
        marks: [
          { sum: 3, sign: { __typename: 'Cross' } },
          { sum: 7, sign: { __typename: 'Star', deep: { z: 4 } } },
        ],
      },
    },
    {
      query: '{ marks { sum sign { ... on Cross { x: y } ... on Star { x } } } }',
      data: {
        marks: [
          { sum: 3, sign: { x: 2 } },
          { sum: 7, sign: { x: 3 } },
        ],
      },
      apolloIsWrong: true,
    },
  ],
};
