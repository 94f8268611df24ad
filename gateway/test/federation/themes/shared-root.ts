import { link, type Theme } from '../theme.ts';

/** A root field, and objects without keys, that every subgraph has, each with a field of its own. */
export const theme: Theme = {
  subgraphs: Object.fromEntries(
    Object.entries({ weather: 'sky: String!', sea: 'waves: Int!', moon: 'phase: String!' }).map(
      ([name, field]) => [
        name,
        {
          typeDefs: `${link('shareable')}
          type Query { today: Today! @shareable days: [Today!]! @shareable }
          type Today { at: Place! @shareable ${field} }
          type Place @shareable { id: ID! }`,
          resolvers: {
            Query: {
              today: () => ({ at: { id: 'k' }, sky: 'grey', waves: 2, phase: 'new' }),
              days: () => [1, 2].map((waves) => ({ at: { id: 'k' }, sky: 'blue', waves, phase: 'full' })),
            },
          },
        },
      ],
    ),
  ),
  cases: [
    {
      query: '{ today { at { id } sky waves phase } }',
      data: { today: { at: { id: 'k' }, sky: 'grey', waves: 2, phase: 'new' } },
    },
    {
      query: '{ days { waves phase } }',
      data: {
        days: [
          { waves: 1, phase: 'full' },
          { waves: 2, phase: 'full' },
        ],
      },
    },
    { query: '{ id: today { id: phase sky } }', data: { id: { id: 'new', sky: 'grey' } } },
  ],
};
