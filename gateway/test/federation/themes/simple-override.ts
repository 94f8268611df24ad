import { byKey, link, type Theme } from '../theme.ts';

const posts = [
  { id: '1', made: 'yesterday' },
  { id: '2', made: 'today' },
];

/** A field that another subgraph has taken over: its old owner is not asked for it. */
export const theme: Theme = {
  subgraphs: {
    old: {
      typeDefs: `${link('key', 'shareable')}
        type Query { feed: [Post!]! @shareable oldFeed: [Post!]! }
        type Post @key(fields: "id") { id: ID! made: String! }`,
      resolvers: {
        Query: { feed: () => posts.slice(1), oldFeed: () => posts },
        Post: { __resolveReference: byKey(posts, 'id'), made: () => 'never' },
      },
    },
    new: {
      typeDefs: `${link('key', 'shareable', 'override')}
        type Query { feed: [Post!]! @shareable newFeed: [Post!]! }
        type Post @key(fields: "id") { id: ID! made: String! @override(from: "old") }`,
      resolvers: {
        Query: { feed: () => posts.slice(1), newFeed: () => posts },
        Post: { __resolveReference: byKey(posts, 'id') },
      },
    },
  },
  cases: [
    { query: '{ feed { made } }', data: { feed: [{ made: 'today' }] } },
    {
      query: '{ oldFeed { id made } newFeed { made } }',
      data: {
        oldFeed: [
          { id: '1', made: 'yesterday' },
          { id: '2', made: 'today' },
        ],
        newFeed: [{ made: 'yesterday' }, { made: 'today' }],
      },
    },
  ],
};
