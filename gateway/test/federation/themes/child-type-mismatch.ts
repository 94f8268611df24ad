import { byKey, link, type Theme } from '../theme.ts';

const drivers = [
  { __typename: 'Driver', id: 'd1', name: 'Ayrton' },
  { __typename: 'Driver', id: 'd2', name: 'Niki' },
];
const crew = [...drivers, { __typename: 'Mechanic', id: 'm1', name: 'Otto' }];

/** A field that is nullable in one subgraph and not in the other, in the fragments of a union side by side. */
export const theme: Theme = {
  subgraphs: {
    races: {
      typeDefs: `${link('shareable')}
        type Query { drivers: [Driver!]! }
        type Driver { id: ID @shareable }`,
      resolvers: { Query: { drivers: () => drivers } },
    },
    teams: {
      typeDefs: `${link('key', 'shareable')}
        type Query { crew: [Member!]! }
        union Member = Driver | Mechanic
        type Driver @key(fields: "id") { id: ID! @shareable name: String friends: [Member!]! }
        type Mechanic { id: ID name: String @shareable friends: [Member!]! }`,
      resolvers: {
        Query: { crew: () => crew },
        Driver: { __resolveReference: byKey(drivers, 'id'), friends: () => crew.slice(1) },
        Mechanic: { friends: () => crew.slice(0, 1) },
      },
    },
  },
  cases: [
    {
      query: '{ drivers { id name } crew { ... on Driver { id name } ... on Mechanic { id name } } }',
      data: {
        drivers: [
          { id: 'd1', name: 'Ayrton' },
          { id: 'd2', name: 'Niki' },
        ],
        crew: [
          { id: 'd1', name: 'Ayrton' },
          { id: 'd2', name: 'Niki' },
          { id: 'm1', name: 'Otto' },
        ],
      },
    },
    {
      query:
        '{ crew { ... on Driver { id friends { ... on Driver { id } ... on Mechanic { id } } } ... on Mechanic { id friends { ... on Driver { id name } ... on Mechanic { id } } } } }',
      data: {
        crew: [
          { id: 'd1', friends: [{ id: 'd2' }, { id: 'm1' }] },
          { id: 'd2', friends: [{ id: 'd2' }, { id: 'm1' }] },
          { id: 'm1', friends: [{ id: 'd1', name: 'Ayrton' }] },
        ],
      },
    },
  ],
};
