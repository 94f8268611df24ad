import { byKey, type Theme } from '../theme.ts';

const goods = [{ id: '1', name: 'Salt', code: 'NaCl', cents: 90 }];

/** Federation 1: an extension that is reached by one key of external fields, and has another that nobody else knows. */
export const theme: Theme = {
  subgraphs: {
    list: {
      typeDefs: `
        type Query { listed: Good }
        type Good @key(fields: "id") { id: ID! name: String code: ID }`,
      resolvers: {
        Query: { listed: () => goods[0] },
        Good: { __resolveReference: byKey(goods, 'id') },
      },
    },
    prices: {
      typeDefs: `
        type Query { priced: Good }
        extend type Good @key(fields: "id name") @key(fields: "barcode") {
          id: ID @external name: String @external barcode: String @external cents: Int!
        }`,
      resolvers: {
        Query: { priced: () => goods[0] },
        Good: { __resolveReference: byKey(goods, 'id', 'name') },
      },
    },
  },
  cases: [
    { query: '{ listed { id code cents } }', data: { listed: { id: '1', code: 'NaCl', cents: 90 } } },
    {
      query: '{ priced { id name cents code } }',
      data: { priced: { id: '1', name: 'Salt', cents: 90, code: 'NaCl' } },
    },
  ],
};
