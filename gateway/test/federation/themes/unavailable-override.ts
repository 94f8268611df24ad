import { byKey, link, type Theme } from '../theme.ts';

const posts = [{ id: '1', made: 'today' }];

/** A field that is taken over from a subgraph that is not there. */
export const theme: Theme = {
  subgraphs: {
    left: {
      typeDefs: `${link('key', 'shareable')}
        type Query { leftFeed: [Post!]! }
        type Post @key(fields: "id") { id: ID! made: String! @shareable }`,
      resolvers: { Query: { leftFeed: () => posts }, Post: { __resolveReference: byKey(posts, 'id') } },
    },
    right: {
      typeDefs: `${link('key', 'shareable', 'override')}
        type Query { rightFeed: [Post!]! }
        type Post @key(fields: "id") { id: ID! made: String! @override(from: "gone") @shareable }`,
      resolvers: { Query: { rightFeed: () => posts }, Post: { __resolveReference: byKey(posts, 'id') } },
    },
  },
  cases: [
    {
      query: '{ leftFeed { id made } rightFeed { made } }',
      data: { leftFeed: [{ id: '1', made: 'today' }], rightFeed: [{ made: 'today' }] },
    },
  ],
};
