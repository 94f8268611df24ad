import { link, type Theme } from '../theme.ts';

type Key = { id: string };
const bare = ({ id }: Key) => ({ id });

/** The same over four subgraphs: what an object says depends on the object it is of. */
export const theme: Theme = {
  subgraphs: {
    entry: {
      typeDefs: `${link('key')}
        type Query { plane(id: ID!): Plane }
        type Plane @key(fields: "id") { id: ID! tail: String! }`,
      resolvers: { Query: { plane: (_: unknown, { id }: Key) => ({ id, tail: `N${id}` }) } },
    },
    crews: {
      typeDefs: `${link('key', 'external', 'requires', 'shareable')}
        type Plane @key(fields: "id") { id: ID! tail: String! @external crew: Crew @requires(fields: "tail") @shareable }
        type Crew { motto: String! }`,
      resolvers: {
        Plane: {
          __resolveReference: (reference: object) => reference,
          crew: ({ tail }: { tail: string }) => ({ motto: `we fly ${tail}` }),
        },
      },
    },
    ranks: {
      typeDefs: `${link('key', 'shareable')}
        type Plane @key(fields: "id") { id: ID! crew: Crew @shareable }
        type Crew @key(fields: "id") { id: ID! @shareable size: Int! }`,
      resolvers: {
        Plane: { __resolveReference: bare, crew: ({ id }: Key) => ({ id: `c${id}`, size: 4 }) },
        Crew: { __resolveReference: ({ id }: Key) => ({ id, size: 4 }) },
      },
    },
    names: {
      typeDefs: `${link('key', 'shareable')}
        type Crew @key(fields: "id") { id: ID! @shareable name: String! }`,
      resolvers: { Crew: { __resolveReference: ({ id }: Key) => ({ id, name: `crew ${id}` }) } },
    },
  },
  cases: [
    {
      query: '{ plane(id: "7") { tail crew { motto size name } } }',
      data: { plane: { tail: 'N7', crew: { motto: 'we fly N7', size: 4, name: 'crew c7' } } },
    },
    {
      query: '{ plane(id: "7") { crew { id: motto name } } }',
      data: { plane: { crew: { id: 'we fly N7', name: 'crew c7' } } },
      apolloIsWrong: true,
    },
  ],
};
