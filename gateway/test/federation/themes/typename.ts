import { byKey, link, type Theme } from '../theme.ts';

const tools = [
  { __typename: 'Saw', id: 's', teeth: 24 },
  { __typename: 'File', id: 'f', grade: 2 },
];
const saws = tools.slice(0, 1);

/** `__typename` of everything: under its name, under others, and other fields under its name. */
export const theme: Theme = {
  subgraphs: {
    shed: {
      typeDefs: `${link('key')}
        type Query { tools: [Tool!]! saw: Saw! any: Any }
        interface Tool { id: ID! }
        union Any = Saw | File
        type Saw implements Tool @key(fields: "id") { id: ID! }
        type File implements Tool @key(fields: "id") { id: ID! grade: Int! }`,
      resolvers: { Query: { tools: () => tools, saw: () => saws[0], any: () => tools[1] } },
    },
    smith: {
      typeDefs: `${link('key')}
        type Mutation { sharpen: Saw! }
        type Saw @key(fields: "id") { id: ID! teeth: Int! }`,
      resolvers: { Mutation: { sharpen: () => saws[0] }, Saw: { __resolveReference: byKey(saws, 'id') } },
    },
  },
  cases: [
    { query: '{ __typename t: __typename }', data: { __typename: 'Query', t: 'Query' } },
    {
      query: 'mutation { __typename sharpen { __typename } }',
      data: { __typename: 'Mutation', sharpen: { __typename: 'Saw' } },
    },
    {
      query: '{ tools { t: __typename ... on Saw { u: __typename teeth } } any { __typename } }',
      data: { tools: [{ t: 'Saw', u: 'Saw', teeth: 24 }, { t: 'File' }], any: { __typename: 'File' } },
    },
    {
      query: '{ saw { id: __typename teeth } }',
      data: { saw: { id: 'Saw', teeth: 24 } },
    },
    {
      query: '{ saw { __typename: id teeth } }',
      data: { saw: { __typename: 's', teeth: 24 } },
      apolloIsWrong: true,
    },
    {
      query: '{ tools { __typename: id ... on File { grade } } any { ... on File { __typename: grade } } }',
      data: { tools: [{ __typename: 's' }, { __typename: 'f', grade: 2 }], any: { __typename: 2 } },
      apolloIsWrong: true,
    },
    {
      query: '{ saw { ... on Tool { ... on Saw { teeth } ... on File { grade } } } }',
      data: { saw: { teeth: 24 } },
    },
  ],
};
