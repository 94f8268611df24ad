import { byKey, link, type Theme } from '../theme.ts';

const books = [{ __typename: 'Book', id: 'b1', title: 'Emma', pages: 400 }];
const discs = [{ __typename: 'Disc', id: 'd1', title: 'Blue', tracks: 10 }];

/** A root field that provides fields of some of a union's types. */
export const theme: Theme = {
  subgraphs: {
    library: {
      typeDefs: `${link('key', 'shareable')}
        type Book @key(fields: "id") { id: ID! title: String! @shareable pages: Int! }
        type Disc @key(fields: "id") { id: ID! title: String! tracks: Int! @shareable }`,
      resolvers: {
        Book: { __resolveReference: byKey(books, 'id') },
        Disc: { __resolveReference: byKey(discs, 'id') },
      },
    },
    window: {
      typeDefs: `${link('key', 'shareable', 'external', 'provides')}
        type Query { shown: [Good!]! @provides(fields: "... on Book { title } ... on Disc { tracks }") }
        union Good = Book | Disc
        type Book @key(fields: "id") { id: ID! title: String! @external }
        type Disc @key(fields: "id") { id: ID! tracks: Int! @external }`,
      resolvers: { Query: { shown: () => [...books, ...discs] } },
    },
  },
  cases: [
    {
      query: '{ shown { ... on Book { title } ... on Disc { tracks } } }',
      data: { shown: [{ title: 'Emma' }, { tracks: 10 }] },
    },
    {
      query: '{ shown { __typename ... on Book { id title pages } ... on Disc { title } } }',
      data: {
        shown: [
          { __typename: 'Book', id: 'b1', title: 'Emma', pages: 400 },
          { __typename: 'Disc', title: 'Blue' },
        ],
      },
    },
  ],
};
