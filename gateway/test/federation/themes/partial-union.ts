import { link, type Theme } from '../theme.ts';

const shapes = [
  { __typename: 'Disc', id: '1', radius: 2 },
  { __typename: 'Square', id: '2', side: 3 },
];

/** A union with more types in one subgraph than in another that shares the way to it. */
export const theme: Theme = {
  subgraphs: {
    drawing: {
      typeDefs: `${link('shareable')}
        type Query { page: Page }
        type Page @shareable { shapes: [Shape!]! title: String }
        union Shape = Disc | Square
        type Disc @shareable { id: ID! radius: Int }
        type Square { id: ID! side: Int }`,
      resolvers: { Query: { page: () => ({ title: 'one', shapes }) } },
    },
    printing: {
      typeDefs: `${link('shareable')}
        type Query { proof: Page }
        type Page @shareable { shapes: [Shape!]! title: String }
        union Shape = Disc
        type Disc @shareable { id: ID! radius: Int }`,
      resolvers: { Query: { proof: () => ({ title: 'two', shapes: shapes.slice(0, 1) }) } },
    },
  },
  cases: [
    {
      query: '{ page { title shapes { __typename ... on Disc { radius } ... on Square { side } } } }',
      data: {
        page: {
          title: 'one',
          shapes: [
            { __typename: 'Disc', radius: 2 },
            { __typename: 'Square', side: 3 },
          ],
        },
      },
    },
    {
      query:
        '{ proof { shapes { ... on Disc { id } ... on Square { side } } } page { shapes { ... on Square { id } } } }',
      data: { proof: { shapes: [{ id: '1' }] }, page: { shapes: [{}, { id: '2' }] } },
    },
  ],
};
