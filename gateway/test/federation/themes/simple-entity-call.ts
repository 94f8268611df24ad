import { byKey, link, type Theme } from '../theme.ts';

const people = [
  { id: '1', email: 'ada@example.org', nickname: 'countess' },
  { id: '2', email: 'grace@example.org', nickname: 'amazing' },
];

/** A field of another subgraph, by the key of the object. */
export const theme: Theme = {
  subgraphs: {
    mail: {
      typeDefs: `${link('key')}
        type Query { person(id: ID!): Person people: [Person!]! }
        type Person @key(fields: "id") { id: ID! email: String! }`,
      resolvers: {
        Query: {
          person: (_: unknown, { id }: { id: string }) => people.find((each) => each.id === id),
          people: () => people,
        },
        Person: { __resolveReference: byKey(people, 'id') },
      },
    },
    forum: {
      typeDefs: `${link('key')}
        type Person @key(fields: "id") { id: ID! nickname: String! }`,
      resolvers: { Person: { __resolveReference: byKey(people, 'id') } },
    },
  },
  cases: [
    { query: '{ person(id: "2") { nickname } }', data: { person: { nickname: 'amazing' } } },
    {
      query: '{ people { email nickname } }',
      data: {
        people: [
          { email: 'ada@example.org', nickname: 'countess' },
          { email: 'grace@example.org', nickname: 'amazing' },
        ],
      },
    },
    { query: '{ person(id: "3") { nickname } }', data: { person: null } },
    {
      query: '{ person(id: "1") { id: email nickname } }',
      data: { person: { id: 'ada@example.org', nickname: 'countess' } },
      apolloIsWrong: true,
    },
  ],
};
