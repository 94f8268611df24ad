import { byKey, link, type Theme } from '../theme.ts';

const agents = [
  { id: '1', code: '007', friend: '2', age: 38 },
  { id: '2', code: '006', friend: '1', age: 40 },
];

/** What subgraphs know each other's objects by, and clients do not see. */
export const theme: Theme = {
  subgraphs: {
    service: {
      typeDefs: `${link('key', 'inaccessible')}
        type Query { agents: [Agent!]! }
        type Agent @key(fields: "code") { id: ID! code: String! @inaccessible rank: Rank! @inaccessible }
        enum Rank @inaccessible { LOW HIGH }`,
      resolvers: { Query: { agents: () => agents }, Agent: { rank: () => 'LOW' } },
    },
    life: {
      typeDefs: `${link('key', 'inaccessible')}
        type Agent @key(fields: "code") { code: String! @inaccessible age: Int! friend: Agent! }`,
      resolvers: {
        Agent: {
          __resolveReference: byKey(agents, 'code'),
          friend: ({ friend }: { friend: string }) => agents.find(({ id }) => id === friend),
        },
      },
    },
  },
  cases: [
    {
      query: '{ agents { id age } }',
      data: {
        agents: [
          { id: '1', age: 38 },
          { id: '2', age: 40 },
        ],
      },
    },
    {
      query: '{ agents { friend { age } } }',
      data: { agents: [{ friend: { age: 40 } }, { friend: { age: 38 } }] },
    },
    { query: '{ agents { code } }', codes: ['GRAPHQL_VALIDATION_FAILED'] },
    { query: '{ agents { rank } }', codes: ['GRAPHQL_VALIDATION_FAILED'] },
    {
      query: '{ agents { code: id age } }',
      data: {
        agents: [
          { code: '1', age: 38 },
          { code: '2', age: 40 },
        ],
      },
      apolloIsWrong: true,
    },
  ],
};
