import { byKey, link, type Theme } from '../theme.ts';

const parcels = [
  { id: '1', state: 'SENT' },
  { id: '2', state: 'LOST' },
];

/** A value of an enum that is hidden from clients: as an answer it is null, as an argument it is not there. */
export const theme: Theme = {
  subgraphs: {
    post: {
      typeDefs: `${link('key', 'shareable')}
        type Query { parcel(id: ID!): Parcel }
        type Parcel @key(fields: "id") { id: ID! state: State @shareable }
        enum State { SENT }`,
      resolvers: {
        Query: { parcel: (_: unknown, { id }: { id: string }) => parcels.find((each) => each.id === id) },
        Parcel: { __resolveReference: byKey(parcels, 'id') },
      },
    },
    claims: {
      typeDefs: `${link('key', 'shareable', 'inaccessible')}
        type Query { claimed: [Parcel!]! ofState(state: State!): [Parcel!]! }
        type Parcel @key(fields: "id") { id: ID! state: State @shareable }
        enum State { SENT LOST @inaccessible }`,
      resolvers: {
        Query: {
          claimed: () => parcels,
          ofState: (_: unknown, { state }: { state: string }) =>
            parcels.filter((each) => each.state === state),
        },
        Parcel: { __resolveReference: byKey(parcels, 'id') },
      },
    },
  },
  cases: [
    { query: '{ parcel(id: "1") { state } }', data: { parcel: { state: 'SENT' } } },
    {
      query: '{ claimed { id state } }',
      data: {
        claimed: [
          { id: '1', state: 'SENT' },
          { id: '2', state: null },
        ],
      },
    },
    { query: '{ ofState(state: SENT) { id } }', data: { ofState: [{ id: '1' }] } },
    { query: '{ ofState(state: LOST) { id } }', codes: ['BAD_USER_INPUT'] },
  ],
};
