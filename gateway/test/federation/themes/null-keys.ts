import { byKey, link, type Theme } from '../theme.ts';

const letters = [
  { id: '1', sender: { id: 's1' } },
  { id: '2', sender: null },
  { id: '3', sender: { id: null } },
];
const senders = [{ id: 's1', name: 'Ole', town: 'Oslo' }];

/** Objects that are not there, and keys that are null: the rest is answered. */
export const theme: Theme = {
  subgraphs: {
    post: {
      typeDefs: `${link('key')}
        type Query { letters: [Letter!]! }
        type Letter @key(fields: "id") { id: ID! sender: Sender }
        type Sender @key(fields: "id") { id: ID }`,
      resolvers: { Query: { letters: () => letters } },
    },
    people: {
      typeDefs: `${link('key')}
        type Sender @key(fields: "id") { id: ID name: String town: String }`,
      resolvers: { Sender: { __resolveReference: byKey(senders, 'id') } },
    },
  },
  cases: [
    {
      query: '{ letters { id sender { name } } }',
      data: {
        letters: [
          { id: '1', sender: { name: 'Ole' } },
          { id: '2', sender: null },
          { id: '3', sender: { name: null } },
        ],
      },
    },
    {
      query: '{ letters { sender { id: town } } }',
      data: { letters: [{ sender: { id: 'Oslo' } }, { sender: null }, { sender: { id: null } }] },
    },
  ],
};
