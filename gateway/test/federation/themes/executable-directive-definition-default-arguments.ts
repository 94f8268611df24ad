import { type Theme } from '../theme.ts';

/** A directive for clients' operations that all subgraphs have, with an argument that has a default. */
export const theme: Theme = {
  subgraphs: Object.fromEntries(
    ['north', 'south'].map((name) => [
      name,
      {
        typeDefs: `
          directive @trace(depth: Depth! = SHALLOW) on FIELD
          enum Depth { SHALLOW DEEP }
          type Query { ${name}: String }`,
        resolvers: { Query: { [name]: () => name } },
      },
    ]),
  ),
  cases: [
    { query: '{ north @trace south @trace(depth: DEEP) }', data: { north: 'north', south: 'south' } },
    { query: '{ north @trace(depth: 7) }', codes: ['BAD_USER_INPUT'] },
  ],
};
