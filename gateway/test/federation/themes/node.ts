import { byKey, link, type Theme } from '../theme.ts';

const songs = [{ __typename: 'Song', id: 's1', title: 'Vltava', seconds: 720 }];

/** A root field of an interface that every subgraph has, and fields that each object has here and there. */
export const theme: Theme = {
  subgraphs: {
    gate: {
      typeDefs: `${link('key')}
        type Query { node(id: ID!): Node }
        interface Node { id: ID! }
        type Song implements Node @key(fields: "id") { id: ID! }
        type Choir implements Node @key(fields: "id") { id: ID! }`,
      resolvers: {
        Query: {
          node: (_: unknown, { id }: { id: string }) => ({
            __typename: id.startsWith('s') ? 'Song' : 'Choir',
            id,
          }),
        },
      },
    },
    songs: {
      typeDefs: `${link('key')}
        type Song @key(fields: "id") { id: ID! title: String! seconds: Int! }`,
      resolvers: { Song: { __resolveReference: byKey(songs, 'id') } },
    },
    choirs: {
      typeDefs: `${link('key')}
        type Choir @key(fields: "id") { id: ID! voices: Int! }`,
      resolvers: { Choir: { voices: () => 40 } },
    },
  },
  cases: [
    {
      query: '{ node(id: "s1") { id ... on Song { title } ... on Choir { voices } } }',
      data: { node: { id: 's1', title: 'Vltava' } },
    },
    {
      query:
        '{ a: node(id: "s1") { ...F } b: node(id: "c1") { ...F } } fragment F on Node { __typename ... on Song { seconds } ... on Choir { id: voices } }',
      data: { a: { __typename: 'Song', seconds: 720 }, b: { __typename: 'Choir', id: 40 } },
    },
  ],
};
