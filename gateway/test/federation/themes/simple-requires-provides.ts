import { byKey, link, type Theme } from '../theme.ts';

const me = { id: 'u1', name: 'Ada', login: 'ada' };
const jams = [
  { id: 'j1', name: 'plum', cents: 500, grams: 200 },
  { id: 'j2', name: 'quince', cents: 900, grams: 450 },
];
const notes = [
  { id: 'n1', text: 'fine', author: 'u1', jam: 'j1' },
  { id: 'n2', text: 'stiff', author: 'u1', jam: 'j2' },
];

/** Accounts, goods, stock and reviews, joined to and fro, with a computed and a provided field. */
export const theme: Theme = {
  subgraphs: {
    accounts: {
      typeDefs: `${link('key', 'shareable')}
        type Query { me: Person }
        type Person @key(fields: "id") { id: ID! name: String! login: String! @shareable }`,
      resolvers: { Query: { me: () => me }, Person: { __resolveReference: byKey([me], 'id') } },
    },
    goods: {
      typeDefs: `${link('key')}
        type Query { jams: [Jam!]! }
        type Jam @key(fields: "id") { id: ID! name: String! cents: Int! grams: Int! }`,
      resolvers: { Query: { jams: () => jams }, Jam: { __resolveReference: byKey(jams, 'id') } },
    },
    stock: {
      typeDefs: `${link('key', 'external', 'requires')}
        type Jam @key(fields: "id") {
          id: ID! cents: Int! @external grams: Int! @external left: Int! postage: Int! @requires(fields: "cents grams")
        }`,
      resolvers: {
        Jam: {
          __resolveReference: (reference: object) => reference,
          left: () => 3,
          postage: ({ cents, grams }: { cents: number; grams: number }) => (cents > 800 ? 0 : grams),
        },
      },
    },
    reviews: {
      typeDefs: `${link('key', 'external', 'provides')}
        type Note @key(fields: "id") { id: ID! text: String! author: Person! @provides(fields: "login") jam: Jam! }
        type Person @key(fields: "id") { id: ID! login: String! @external notes: [Note!]! }
        type Jam @key(fields: "id") { id: ID! notes: [Note!]! }`,
      resolvers: {
        Note: {
          author: () => ({ id: 'u1', login: 'ada' }),
          jam: ({ jam }: { jam: string }) => ({ id: jam }),
        },
        Person: { __resolveReference: (reference: object) => reference, notes: () => notes },
        Jam: {
          __resolveReference: (reference: object) => reference,
          notes: ({ id }: { id: string }) => notes.filter(({ jam }) => jam === id),
        },
      },
    },
  },
  cases: [
    {
      query: '{ jams { name left postage notes { text author { login name } } } }',
      data: {
        jams: [
          {
            name: 'plum',
            left: 3,
            postage: 200,
            notes: [{ text: 'fine', author: { login: 'ada', name: 'Ada' } }],
          },
          {
            name: 'quince',
            left: 3,
            postage: 0,
            notes: [{ text: 'stiff', author: { login: 'ada', name: 'Ada' } }],
          },
        ],
      },
    },
    {
      query: '{ me { notes { jam { postage notes { author { login } } } } } }',
      data: {
        me: {
          notes: [
            { jam: { postage: 200, notes: [{ author: { login: 'ada' } }] } },
            { jam: { postage: 0, notes: [{ author: { login: 'ada' } }] } },
          ],
        },
      },
    },
    {
      query: '{ me { id: name notes { id: text jam { cents: name postage } } } }',
      data: {
        me: {
          id: 'Ada',
          notes: [
            { id: 'fine', jam: { cents: 'plum', postage: 200 } },
            { id: 'stiff', jam: { cents: 'quince', postage: 0 } },
          ],
        },
      },
      apolloIsWrong: true,
    },
  ],
};
