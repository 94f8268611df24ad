import { byKey, link, type Theme } from '../theme.ts';

const photos = [{ __typename: 'Photo', id: 'p1', taken: '1936' }];
const notes = [{ __typename: 'Note', id: 'n1', taken: '1941', text: 'milk' }];
const never = 'never';

/** A field of an interface's type that another subgraph has taken over, and interfaces that do not overlap. */
export const theme: Theme = {
  subgraphs: {
    album: {
      typeDefs: `${link('key')}
        type Query { album: [Entry!]! }
        interface Entry { id: ID! taken: String! }
        type Photo implements Entry @key(fields: "id") { id: ID! taken: String! }`,
      resolvers: {
        Query: { album: () => photos },
        Photo: { __resolveReference: byKey(photos, 'id'), taken: () => never },
      },
    },
    archive: {
      typeDefs: `${link('key', 'override')}
        type Query { archive: [Item!]! }
        interface Entry { id: ID! taken: String! }
        type Note implements Entry @key(fields: "id") { id: ID! taken: String! text: String! }
        interface Item { id: ID! taken: String! }
        type Photo implements Item @key(fields: "id") { id: ID! taken: String! @override(from: "album") }`,
      resolvers: {
        Query: { archive: () => photos },
        Photo: { __resolveReference: byKey(photos, 'id') },
        Note: { __resolveReference: byKey(notes, 'id') },
      },
    },
  },
  cases: [
    { query: '{ album { id taken } }', data: { album: [{ id: 'p1', taken: '1936' }] } },
    { query: '{ archive { id taken } }', data: { archive: [{ id: 'p1', taken: '1936' }] } },
    {
      query: '{ album { ... on Photo { taken } ... on Note { text } } }',
      data: { album: [{ taken: '1936' }] },
    },
    {
      query: '{ album { ... on Item { id: taken } } }',
      data: { album: [{ id: '1936' }] },
    },
  ],
};
