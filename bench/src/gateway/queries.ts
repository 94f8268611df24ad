import type { Shop } from '../shop/shop.ts';

/** A query of the benchmark: its request bodies, sent in rotation. */
export type Query = { name: string; bodies: string[] };

export const userIds = Array.from({ length: 200 }, (_, n) => `user-${n}`);

const body = (query: string, variables: Record<string, unknown> = {}) => JSON.stringify({ query, variables });

const page = '{ nodes { id qty unitPrice totalPrice status createdAt product { id name unitPrice } } }';
const nested = `query ($id: ID!, $first: Int!) { user(id: $id) { id name orders(first: $first) ${page} } }`;

export const queries: Query[] = [
  {
    name: 'one entity',
    bodies: [body('query ($id: ID!) { product(id: $id) { id name unitPrice stock } }', { id: 'product-7' })],
  },
  { name: 'nested page, the same request', bodies: [body(`{ me { id name orders(first: 20) ${page} } }`)] },
  {
    name: 'nested page, variables that differ',
    bodies: userIds.map((id) => body(nested, { id, first: 20 })),
  },
  {
    name: 'mutation',
    bodies: userIds.map((_, n) =>
      body(
        'mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { id status totalPrice product { name } } }',
        { input: { productId: `product-${n % 50}`, qty: 1 + (n % 9), idempotencyKey: `key-${n}` } },
      ),
    ),
  },
];

/** The same for the subgraphs of a real shop, whose answers to a mutation would never be the same twice. */
export const queriesOf = ({ customers, products }: Shop): Query[] => [
  {
    name: 'one entity, real subgraphs',
    bodies: products.map(({ id }) =>
      body('query ($id: ID!) { product(id: $id) { id name unitPrice stock } }', { id }),
    ),
  },
  {
    name: 'nested page, variables that differ, real subgraphs',
    bodies: customers.map(({ id }) => body(nested, { id, first: 20 })),
  },
];
