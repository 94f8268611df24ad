import { link, type Theme } from '../theme.ts';

const fail = () => {
  throw new Error('provided elsewhere');
};

/** What a field provides is not asked of the subgraph that owns it, whatever else that one is asked. */
export const theme: Theme = {
  subgraphs: {
    owner: {
      typeDefs: `${link('key', 'shareable')}
        type City @key(fields: "id") { id: ID! name: String! @shareable people: Int! @shareable area: Int! }`,
      resolvers: {
        City: {
          __resolveReference: (reference: object) => reference,
          name: fail,
          people: fail,
          area: () => 891,
        },
      },
    },
    guide: {
      typeDefs: `${link('key', 'external', 'provides')}
        type Query { city: City @provides(fields: "name people") }
        type City @key(fields: "id") { id: ID! name: String! @external people: Int! @external }`,
      resolvers: { Query: { city: () => ({ id: 'b', name: 'Berlin', people: 3_700_000 }) } },
    },
  },
  cases: [
    { query: '{ city { name people } }', data: { city: { name: 'Berlin', people: 3_700_000 } } },
    { query: '{ city { name area } }', data: { city: { name: 'Berlin', area: 891 } } },
    { query: '{ city { id area } }', data: { city: { id: 'b', area: 891 } } },
  ],
};
