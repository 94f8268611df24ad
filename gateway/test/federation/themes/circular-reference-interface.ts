import { link, type Theme } from '../theme.ts';

const wheel = { __typename: 'Wheel', id: 'w' };
const cart = { __typename: 'Cart', id: 'c' };

/** An interface with a field of its own kind, which its objects answer in more than one subgraph. */
export const theme: Theme = {
  subgraphs: {
    parts: {
      typeDefs: `${link('key')}
        type Query { part: Part }
        interface Part { within: Part uses: [Part!]! }
        type Wheel implements Part @key(fields: "id") { id: ID! within: Part uses: [Part!]! }
        type Cart implements Part @key(fields: "id") { id: ID! within: Part uses: [Part!]! }`,
      resolvers: {
        Query: { part: () => wheel },
        Wheel: { within: () => cart, uses: () => [] },
        Cart: { within: () => null, uses: () => [wheel, cart] },
      },
    },
    labels: {
      typeDefs: `${link('key')}
        type Wheel @key(fields: "id") { id: ID! label: String! }`,
      resolvers: { Wheel: { label: () => 'made in Ulm' } },
    },
  },
  cases: [
    {
      query:
        '{ part { within { ... on Cart { id uses { within { __typename } ... on Wheel { label } } } } } }',
      data: {
        part: {
          within: {
            id: 'c',
            uses: [{ within: { __typename: 'Cart' }, label: 'made in Ulm' }, { within: null }],
          },
        },
      },
    },
    {
      query: '{ part { ... on Wheel { id within { within { within { __typename } } } } } }',
      data: { part: { id: 'w', within: { within: null } } },
    },
  ],
};
