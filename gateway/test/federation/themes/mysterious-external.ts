import { byKey, link, type Theme } from '../theme.ts';

const teas = [
  { id: '1', name: 'Assam', cents: 300 },
  { id: '2', name: 'Sencha', cents: 250 },
];

/** An external key in an extension that has root fields of its own. */
export const theme: Theme = {
  subgraphs: {
    teas: {
      typeDefs: `${link('key')}
        type Query { teas: [Tea!]! }
        type Tea @key(fields: "id") { id: ID! name: String! }`,
      resolvers: { Query: { teas: () => teas }, Tea: { __resolveReference: byKey(teas, 'id') } },
    },
    prices: {
      typeDefs: `${link('key', 'external')}
        type Query { cheapest: Tea }
        extend type Tea @key(fields: "id") { id: ID! @external cents: Int! }`,
      resolvers: { Query: { cheapest: () => teas[1] }, Tea: { __resolveReference: byKey(teas, 'id') } },
    },
  },
  cases: [
    {
      query: '{ teas { name cents } }',
      data: {
        teas: [
          { name: 'Assam', cents: 300 },
          { name: 'Sencha', cents: 250 },
        ],
      },
    },
    { query: '{ cheapest { id name } }', data: { cheapest: { id: '2', name: 'Sencha' } } },
  ],
};
