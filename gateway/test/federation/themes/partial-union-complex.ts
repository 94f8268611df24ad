import { link, type Theme } from '../theme.ts';

const both = { __typename: 'Both', label: 'b' };
const east = { __typename: 'East', sun: 'rises' };
const west = { __typename: 'West', sun: 'sets' };
const keep = (reference: object) => reference;

/** The same below an object of one subgraph, of the other, of both, and on the way from one to the other. */
export const theme: Theme = {
  subgraphs: {
    east: {
      typeDefs: `${link('key', 'shareable')}
        type Query { dawn: Dawn day: Day }
        type Dawn { list: List }
        type Day @key(fields: "id") { id: ID! list: List @shareable }
        type List @shareable { things: [Thing!]! }
        union Thing = Both | East
        type Both @shareable { label: String! }
        type East { sun: String! }`,
      resolvers: {
        Query: { dawn: () => ({ list: { things: [both, east] } }), day: () => ({ id: '1' }) },
        Day: { __resolveReference: keep, list: () => ({ things: [both] }) },
      },
    },
    west: {
      typeDefs: `${link('key', 'shareable')}
        type Query { dusk: Dusk }
        type Dusk { list: List }
        type Day @key(fields: "id") { id: ID! list: List @shareable evening: List }
        type List @shareable { things: [Thing!]! }
        union Thing = Both | West
        type Both @shareable { label: String! }
        type West { sun: String! }`,
      resolvers: {
        Query: { dusk: () => ({ list: { things: [both, west] } }) },
        Day: {
          __resolveReference: keep,
          list: () => ({ things: [both] }),
          evening: () => ({ things: [west] }),
        },
      },
    },
  },
  cases: [
    {
      query:
        '{ dawn { list { things { __typename ... on Both { label } ... on East { sun } ... on West { sun } } } } }',
      data: {
        dawn: {
          list: {
            things: [
              { __typename: 'Both', label: 'b' },
              { __typename: 'East', sun: 'rises' },
            ],
          },
        },
      },
    },
    {
      query: '{ dusk { list { things { ... on East { sun } ... on West { sun } } } } }',
      data: { dusk: { list: { things: [{}, { sun: 'sets' }] } } },
    },
    {
      query:
        '{ day { list { things { ... on Both { label } ... on West { sun } } } evening { things { ... on East { sun } ... on West { sun } } } } }',
      data: { day: { list: { things: [{ label: 'b' }] }, evening: { things: [{ sun: 'sets' }] } } },
    },
  ],
};
