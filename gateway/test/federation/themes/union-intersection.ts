import { byKey, link, type Theme } from '../theme.ts';

const book = { __typename: 'Book', id: 'b', title: 'Emma' };
const song = { __typename: 'Song', id: 's', title: 'Hey' };
const film = { __typename: 'Film', id: 'f', title: 'Ran' };

/** Unions of which each subgraph has other types, behind fields that they share. */
export const theme: Theme = {
  subgraphs: {
    paper: {
      typeDefs: `${link('key', 'shareable')}
        type Query { media: Media @shareable book: Media song: Media viewer: Viewer }
        union Media = Book | Song
        type Book @key(fields: "id") { id: ID! title: String! @shareable }
        type Song @key(fields: "id") { id: ID! title: String! @shareable }
        type Viewer @key(fields: "id") { id: ID! media: Media @shareable bought: Media }`,
      resolvers: {
        Query: { media: () => book, book: () => book, song: () => song, viewer: () => ({ id: 'v' }) },
        Book: { __resolveReference: byKey([book], 'id') },
        Song: { __resolveReference: byKey([song], 'id') },
        Viewer: {
          __resolveReference: (reference: object) => reference,
          media: () => book,
          bought: () => song,
        },
      },
    },
    screen: {
      typeDefs: `${link('key', 'shareable')}
        type Query { media: Media @shareable film: Media }
        union Media = Book | Film
        type Book @key(fields: "id") { id: ID! title: String! @shareable pages: Int! }
        type Film @key(fields: "id") { id: ID! title: String! @shareable }
        type Viewer @key(fields: "id") { id: ID! media: Media @shareable seen: Media }`,
      resolvers: {
        Query: { media: () => book, film: () => film },
        Book: { __resolveReference: byKey([book], 'id'), pages: () => 400 },
        Film: { __resolveReference: byKey([film], 'id') },
        Viewer: { __resolveReference: (reference: object) => reference, media: () => book, seen: () => film },
      },
    },
  },
  cases: [
    {
      query:
        '{ media { __typename ... on Book { title pages } ... on Song { title } ... on Film { title } } }',
      data: { media: { __typename: 'Book', title: 'Emma', pages: 400 } },
    },
    {
      query:
        '{ song { ... on Song { title } ... on Film { title } } film { ... on Film { title } ... on Book { title } } }',
      data: { song: { title: 'Hey' }, film: { title: 'Ran' } },
    },
    {
      query:
        '{ viewer { media { ... on Book { title } } bought { ... on Song { title } ... on Film { id } } seen { ... on Film { title } ... on Song { id } } } }',
      data: { viewer: { media: { title: 'Emma' }, bought: { title: 'Hey' }, seen: { title: 'Ran' } } },
    },
    { query: '{ viewer { media { ... on Film { title } } } }', data: { viewer: { media: {} } } },
  ],
};
