import { byKey, link, type Theme } from '../theme.ts';

const works = [
  { __typename: 'Song', id: 'w1', title: 'Alfonsina', seconds: 200 },
  { __typename: 'Poem', id: 'w2', title: 'Ozymandias', lines: 14 },
];

/** From an interface that is an object here, by its interface there, to a type's field in a third subgraph. */
export const theme: Theme = {
  subgraphs: {
    works: {
      typeDefs: `${link('key')}
        type Query { work: Work }
        interface Work @key(fields: "id") { id: ID! title: String! }
        type Song implements Work @key(fields: "id") { id: ID! title: String! seconds: Int! }
        type Poem implements Work @key(fields: "id") { id: ID! title: String! lines: Int! }`,
      resolvers: {
        Query: { work: () => works[0] },
        Work: { __resolveReference: byKey(works, 'id') },
        Song: { __resolveReference: byKey(works, 'id') },
        Poem: { __resolveReference: byKey(works, 'id') },
      },
    },
    singers: {
      typeDefs: `${link('key')}
        type Song @key(fields: "id") { id: ID! singer: String! }`,
      resolvers: { Song: { singer: () => 'Mercedes' } },
    },
    evenings: {
      typeDefs: `${link('key', 'interfaceObject')}
        type Query { evening: Evening }
        type Evening @key(fields: "id") { id: ID! works: [Work!]! }
        type Work @key(fields: "id") @interfaceObject { id: ID! }`,
      resolvers: { Query: { evening: () => ({ id: 'e', works: [{ id: 'w1' }, { id: 'w2' }] }) } },
    },
  },
  cases: [
    {
      query: '{ evening { works { title ... on Song { singer } ... on Poem { lines } } } }',
      data: {
        evening: {
          works: [
            { title: 'Alfonsina', singer: 'Mercedes' },
            { title: 'Ozymandias', lines: 14 },
          ],
        },
      },
    },
    {
      query: '{ evening { works { ... on Song { singer seconds } } } work { ... on Song { singer } } }',
      data: { evening: { works: [{ singer: 'Mercedes', seconds: 200 }, {}] }, work: { singer: 'Mercedes' } },
    },
  ],
};
