import { byKey, link, type Theme } from '../theme.ts';

const gear = [{ id: '1', tag: 't1', stamp: { maker: 'm', year: '1970', run: 'r' }, name: 'cog' }];

/** Several keys of a type, each resolvable in one subgraph only, and a way back to the first subgraph for `@requires`. */
export const theme: Theme = {
  subgraphs: {
    names: {
      typeDefs: `${link('key')}
        type Gear @key(fields: "id", resolvable: true) @key(fields: "tag", resolvable: false)
          @key(fields: "stamp { maker year }", resolvable: false) @key(fields: "id stamp { year run }", resolvable: false) {
          id: ID! tag: ID! stamp: Stamp! name: String!
        }
        type Stamp { maker: ID! year: ID! run: ID! }`,
      resolvers: { Gear: { __resolveReference: byKey(gear, 'id') } },
    },
    clocks: {
      typeDefs: `${link('key', 'external', 'requires')}
        type Query { clock: Clock }
        type Clock @key(fields: "id") { id: ID! gears: [Gear!]! }
        type Gear @key(fields: "stamp { maker year }", resolvable: false) @key(fields: "id stamp { year run }", resolvable: true)
          @key(fields: "tag", resolvable: false) @key(fields: "id", resolvable: false) {
          id: ID! tag: ID! stamp: Stamp! name: String! @external plate: String! @requires(fields: "name")
        }
        type Stamp { maker: ID! year: ID! run: ID! }`,
      resolvers: {
        Query: { clock: () => ({ id: 'c', gears: gear }) },
        Gear: {
          __resolveReference: (reference: { id?: string; name?: string }) => {
            const known = gear.find(({ id }) => id === reference.id);
            return known ? { ...known, name: reference.name } : null;
          },
          plate: ({ name }: { name: string }) => `[${name}]`,
        },
      },
    },
  },
  cases: [
    {
      query: '{ clock { id gears { id name plate } } }',
      data: { clock: { id: 'c', gears: [{ id: '1', name: 'cog', plate: '[cog]' }] } },
      apolloIsWrong: true,
    },
    {
      query: '{ clock { gears { stamp { run } plate } } }',
      data: { clock: { gears: [{ stamp: { run: 'r' }, plate: '[cog]' }] } },
      apolloIsWrong: true,
    },
    { query: '{ clock { gears { name } } }', data: { clock: { gears: [{ name: 'cog' }] } } },
  ],
};
