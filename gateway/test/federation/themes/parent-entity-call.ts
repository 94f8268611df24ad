import { byKey, link, type Theme } from '../theme.ts';

const seats = [
  { id: '1', row: 'A', hall: 'h1' },
  { id: '2', row: 'B', hall: 'h2' },
];
const halls = [
  { id: 'h1', name: 'Great', lamps: 90 },
  { id: 'h2', name: 'Small', lamps: 12 },
];

/** An object without a key of its own in a subgraph is reached again through the object it is of. */
export const theme: Theme = {
  subgraphs: {
    tickets: {
      typeDefs: `${link('key')}
        type Query { seats: [Seat!]! }
        type Seat @key(fields: "id row") { id: ID! row: ID! }`,
      resolvers: { Query: { seats: () => seats } },
    },
    halls: {
      typeDefs: `${link('key', 'shareable')}
        type Seat @key(fields: "id row") { id: ID! row: ID! hall: Hall @shareable }
        type Hall @key(fields: "id") { id: ID! name: String! @shareable }`,
      resolvers: {
        Seat: {
          __resolveReference: byKey(seats, 'id', 'row'),
          hall: ({ hall }: { hall: string }) => halls.find(({ id }) => id === hall),
        },
        Hall: { __resolveReference: byKey(halls, 'id') },
      },
    },
    lights: {
      typeDefs: `${link('key', 'shareable')}
        type Seat @key(fields: "id row") { id: ID! row: ID! hall: Hall @shareable }
        type Hall { lamps: Int! }`,
      resolvers: {
        Seat: {
          __resolveReference: byKey(seats, 'id', 'row'),
          hall: ({ hall }: { hall: string }) => halls.find(({ id }) => id === hall),
        },
      },
    },
  },
  cases: [
    {
      query: '{ seats { hall { name lamps } } }',
      data: { seats: [{ hall: { name: 'Great', lamps: 90 } }, { hall: { name: 'Small', lamps: 12 } }] },
    },
    {
      query: '{ seats { id: row row: id hall { id: name lamps } } }',
      data: {
        seats: [
          { id: 'A', row: '1', hall: { id: 'Great', lamps: 90 } },
          { id: 'B', row: '2', hall: { id: 'Small', lamps: 12 } },
        ],
      },
      apolloIsWrong: true,
    },
  ],
};
