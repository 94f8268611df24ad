import { link, type Theme } from '../theme.ts';

type Draft = { id: string; byline?: string; isKnown?: boolean };

/** A field that requires one that requires a third, back and forth between the same two subgraphs. */
export const theme: Theme = {
  subgraphs: {
    desk: {
      typeDefs: `${link('key', 'external', 'requires')}
        type Query { drafts: [Draft!]! }
        type Draft @key(fields: "id") {
          id: ID! byline: String! isKnown: Boolean! @external isOurs: Boolean! @requires(fields: "isKnown")
        }`,
      resolvers: {
        Query: { drafts: () => [{ id: '1' }, { id: '2' }] },
        Draft: {
          __resolveReference: (reference: object) => reference,
          byline: ({ id }: Draft) => (id === '1' ? 'Jan' : ''),
          isOurs: ({ isKnown }: Draft) => isKnown,
        },
      },
    },
    people: {
      typeDefs: `${link('key', 'external', 'requires')}
        type Draft @key(fields: "id") { id: ID! byline: String! @external isKnown: Boolean! @requires(fields: "byline") }`,
      resolvers: {
        Draft: {
          __resolveReference: (reference: object) => reference,
          isKnown: ({ byline }: Draft) => byline !== '',
        },
      },
    },
  },
  cases: [
    { query: '{ drafts { isOurs } }', data: { drafts: [{ isOurs: true }, { isOurs: false }] } },
    {
      query: '{ drafts { id isOurs isKnown byline } }',
      data: {
        drafts: [
          { id: '1', isOurs: true, isKnown: true, byline: 'Jan' },
          { id: '2', isOurs: false, isKnown: false, byline: '' },
        ],
      },
    },
    {
      query: '{ drafts { byline: isOurs isKnown: id } }',
      data: {
        drafts: [
          { byline: true, isKnown: '1' },
          { byline: false, isKnown: '2' },
        ],
      },
      apolloIsWrong: true,
    },
  ],
};
