import { link, type Theme } from '../theme.ts';

let total = 0;
let log: string[] = [];

const add = (_: unknown, { by }: { by: number }) => {
  total += by;
  log.push(`+${by}`);
  return { id: 'sum', total };
};
const multiply = (_: unknown, { by }: { by: number }) => {
  total *= by;
  log.push(`*${by}`);
  return { id: 'sum', total };
};

/** Fields of mutations that are executed in order, across subgraphs, each joined with what is true after it. */
export const theme: Theme = {
  reset: () => {
    total = 0;
    log = [];
  },
  subgraphs: {
    plus: {
      typeDefs: `${link('key', 'shareable')}
        type Query { total: Int! }
        type Mutation { add(by: Int!): Sum! }
        type Sum @key(fields: "id") { id: ID! total: Int! @shareable }`,
      resolvers: { Query: { total: () => total }, Mutation: { add } },
    },
    times: {
      typeDefs: `${link('key', 'shareable')}
        type Mutation { multiply(by: Int!): Sum! }
        type Sum @key(fields: "id") { id: ID! total: Int! @shareable }`,
      resolvers: { Mutation: { multiply } },
    },
    books: {
      typeDefs: `${link('key')}
        type Sum @key(fields: "id") { id: ID! now: Int! steps: [String!]! }`,
      resolvers: {
        Sum: { __resolveReference: ({ id }: { id: string }) => ({ id, now: total, steps: [...log] }) },
      },
    },
  },
  cases: [
    {
      query: 'mutation { a: add(by: 2) { total } b: multiply(by: 3) { total } c: add(by: 1) { total } }',
      data: { a: { total: 2 }, b: { total: 6 }, c: { total: 7 } },
    },
    {
      query: 'mutation { a: add(by: 5) { now } b: multiply(by: 2) { now steps } c: add(by: 1) { now } }',
      data: { a: { now: 5 }, b: { now: 10, steps: ['+5', '*2'] }, c: { now: 11 } },
    },
    {
      query:
        'mutation Named { a: add(by: 5) { now } multiply(by: 2) { id: now } c: add(by: 1) { id: steps } }',
      data: { a: { now: 5 }, multiply: { id: 10 }, c: { id: ['+5', '*2', '+1'] } },
    },
    {
      query: 'mutation { multiply(by: 9) { now } a: add(by: 4) { now } b: multiply(by: 0) { now } }',
      data: { multiply: { now: 0 }, a: { now: 4 }, b: { now: 0 } },
    },
  ],
};
