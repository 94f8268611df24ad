import { byKey, link, type Theme } from '../theme.ts';

const items = [
  { __typename: 'Book', id: 'b1', shelf: 'A4', title: 'Emma' },
  { __typename: 'Journal', id: 'j1', issue: 12, title: 'Nature' },
  { __typename: 'Book', id: 'b2', shelf: 'C1', title: 'Dune' },
];
const books = items.filter(({ __typename }) => __typename === 'Book');
const journals = items.filter(({ __typename }) => __typename === 'Journal');
const bare = items.map(({ __typename, id, shelf, issue }) => ({ __typename, id, shelf, issue }));

/** Interfaces and unions whose objects have fields of several subgraphs. */
export const theme: Theme = {
  subgraphs: {
    stock: {
      typeDefs: `${link('key')}
        type Query { items: [Item!]! loans: [Loan!]! }
        interface Item { id: ID! }
        type Book implements Item @key(fields: "id") { id: ID! shelf: String! }
        type Journal implements Item @key(fields: "id") { id: ID! issue: Int! }
        type Projector { volts: Int! }
        union Loan = Book | Projector`,
      resolvers: {
        Query: { items: () => bare, loans: () => [bare[0], { __typename: 'Projector', volts: 230 }] },
        Book: { __resolveReference: byKey(books, 'id') },
        Journal: { __resolveReference: byKey(journals, 'id') },
      },
    },
    texts: {
      typeDefs: `${link('key')}
        interface Item { id: ID! title: String! similar: [Item!]! }
        type Book implements Item @key(fields: "id") { id: ID! title: String! similar: [Item!]! }
        type Journal implements Item @key(fields: "id") { id: ID! title: String! similar: [Item!]! }`,
      resolvers: {
        Book: { __resolveReference: byKey(books, 'id'), similar: () => journals },
        Journal: { __resolveReference: byKey(journals, 'id'), similar: () => books },
      },
    },
  },
  cases: [
    {
      query: '{ items { __typename title ... on Book { shelf } } }',
      data: {
        items: [
          { __typename: 'Book', title: 'Emma', shelf: 'A4' },
          { __typename: 'Journal', title: 'Nature' },
          { __typename: 'Book', title: 'Dune', shelf: 'C1' },
        ],
      },
    },
    {
      query: '{ items { similar { title ... on Book { shelf } ... on Journal { issue } } } }',
      data: {
        items: [
          { similar: [{ title: 'Nature', issue: 12 }] },
          {
            similar: [
              { title: 'Emma', shelf: 'A4' },
              { title: 'Dune', shelf: 'C1' },
            ],
          },
          { similar: [{ title: 'Nature', issue: 12 }] },
        ],
      },
    },
    {
      query: '{ loans { ... on Item { title } ... on Projector { volts } } }',
      data: { loans: [{ title: 'Emma' }, { volts: 230 }] },
    },
    {
      query: '{ items { ... on Book { id: shelf } ... on Journal { id: title } __typename: title } }',
      data: {
        items: [
          { id: 'A4', __typename: 'Emma' },
          { id: 'Nature', __typename: 'Nature' },
          { id: 'C1', __typename: 'Dune' },
        ],
      },
      apolloIsWrong: true,
    },
  ],
};
