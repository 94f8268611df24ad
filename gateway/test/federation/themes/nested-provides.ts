import { byKey, link, type Theme } from '../theme.ts';

const genres = [
  { id: 'g1', name: 'fugue', within: 'g2' },
  { id: 'g2', name: 'baroque', within: null },
];
const genre = (id: string | null) => genres.find((each) => each.id === id) ?? null;
const pieces = [
  { id: 'p1', genres: ['g1'] },
  { id: 'p2', genres: ['g1', 'g2'] },
];

/** Fields that a root field provides, of objects within objects. */
export const theme: Theme = {
  subgraphs: {
    scores: {
      typeDefs: `${link('key', 'external', 'provides', 'shareable')}
        type Query {
          pieces: [Piece!]! @provides(fields: "genres { id name within { id name } }")
        }
        type Piece @key(fields: "id") { id: ID! genres: [Genre!]! @external }
        type Genre @key(fields: "id") { id: ID! name: String! @external within: Genre @external }`,
      resolvers: {
        Query: { pieces: () => pieces },
        Piece: { genres: (piece: { genres: string[] }) => piece.genres.map(genre) },
        Genre: { within: ({ within }: { within: string | null }) => genre(within) },
      },
    },
    genres: {
      typeDefs: `${link('key', 'shareable')}
        type Piece @key(fields: "id") { id: ID! genres: [Genre!]! @shareable }
        type Genre @key(fields: "id") { id: ID! name: String! @shareable within: Genre @shareable count: Int! }`,
      resolvers: {
        Piece: {
          __resolveReference: byKey(pieces, 'id'),
          genres: (piece: { genres: string[] }) => piece.genres.map(genre),
        },
        Genre: {
          __resolveReference: byKey(genres, 'id'),
          within: ({ within }: { within: string | null }) => genre(within),
          count: ({ id }: { id: string }) => pieces.filter((each) => each.genres.includes(id)).length,
        },
      },
    },
  },
  cases: [
    {
      query: '{ pieces { id genres { name within { name } } } }',
      data: {
        pieces: [
          { id: 'p1', genres: [{ name: 'fugue', within: { name: 'baroque' } }] },
          {
            id: 'p2',
            genres: [
              { name: 'fugue', within: { name: 'baroque' } },
              { name: 'baroque', within: null },
            ],
          },
        ],
      },
    },
    {
      query: '{ pieces { genres { count within { count within { name } } } } }',
      data: {
        pieces: [
          { genres: [{ count: 2, within: { count: 1, within: null } }] },
          {
            genres: [
              { count: 2, within: { count: 1, within: null } },
              { count: 1, within: null },
            ],
          },
        ],
      },
    },
  ],
};
