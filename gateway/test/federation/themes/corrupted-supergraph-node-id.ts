import { byKey, link, type Theme } from '../theme.ts';

const rooms = [{ __typename: 'Room', id: 'r1', name: 'Blue', deskIds: ['d1', 'd2'] }];
const desks = [
  { __typename: 'Desk', id: 'd1', label: 'window', roomId: 'r1' },
  { __typename: 'Desk', id: 'd2', label: 'door', roomId: 'r1' },
];
/** What a subgraph says of an id that is not its own to say. */
const never = 'never';
const room = (id: string) => rooms.find((each) => each.id === id);

/** Key fields that are external in one of the subgraphs that answer them, and a shared root field of an interface. */
export const theme: Theme = {
  subgraphs: {
    houses: {
      typeDefs: `${link('key', 'shareable', 'external')}
        type Query { node(id: ID!): Node @shareable room(id: ID!): Room }
        interface Node { id: ID! }
        type Room implements Node @key(fields: "id") { id: ID! name: String! }
        type Desk implements Node @key(fields: "id") { id: ID! @external room: Room! }`,
      resolvers: {
        Query: {
          node: (_: unknown, { id }: { id: string }) =>
            room(id) ?? desks.filter((each) => each.id === id).map((each) => ({ ...each, id: never }))[0],
          room: (_: unknown, { id }: { id: string }) => room(id),
        },
        Room: { __resolveReference: byKey(rooms, 'id') },
        Desk: {
          __resolveReference: byKey(desks, 'id'),
          room: ({ roomId }: { roomId: string }) => room(roomId),
        },
      },
    },
    furniture: {
      typeDefs: `${link('key', 'shareable', 'external')}
        type Query { node(id: ID!): Node @shareable desk(id: ID!): Desk }
        interface Node { id: ID! }
        type Room implements Node @key(fields: "id") { id: ID! @external desks: [Desk!]! }
        type Desk implements Node @key(fields: "id") { id: ID! label: String! }`,
      resolvers: {
        Query: {
          node: (_: unknown, { id }: { id: string }) =>
            desks.find((each) => each.id === id) ?? rooms.map((each) => ({ ...each, id: never }))[0],
          desk: (_: unknown, { id }: { id: string }) => desks.find((each) => each.id === id),
        },
        Room: { __resolveReference: byKey(rooms, 'id'), desks: () => desks },
        Desk: { __resolveReference: byKey(desks, 'id') },
      },
    },
  },
  cases: [
    {
      query: '{ room(id: "r1") { id name desks { id label } } }',
      data: {
        room: {
          id: 'r1',
          name: 'Blue',
          desks: [
            { id: 'd1', label: 'window' },
            { id: 'd2', label: 'door' },
          ],
        },
      },
    },
    {
      query: '{ desk(id: "d2") { id room { id name } } }',
      data: { desk: { id: 'd2', room: { id: 'r1', name: 'Blue' } } },
    },
    { query: '{ node(id: "r1") { ... on Room { id name } } }', data: { node: { id: 'r1', name: 'Blue' } } },
    {
      query: '{ desk(id: "d1") { room { desks { room { id } } } } }',
      data: { desk: { room: { desks: [{ room: { id: 'r1' } }, { room: { id: 'r1' } }] } } },
    },
  ],
};
