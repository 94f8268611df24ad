import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { graphql, parse, type GraphQLSchema } from 'graphql';
import { z } from 'zod';

const root = join(import.meta.dirname, '../../..');
const createdAt = '2026-01-01T00:00:00.000Z';
const ordersPerUser = 20;
const productCount = 50;

const product = (id: string) => {
  const n = Number(id.split('-')[1]);
  return { id, name: `Product ${n}`, unitPrice: 100 + n, stock: 1_000, createdAt };
};
const user = (id: string) => ({ id, name: `User ${id}`, email: `${id}@example.org`, createdAt });

function order(userId: string, n: number) {
  const productId = `product-${(n * 7 + userId.length) % productCount}`;
  const qty = 1 + (n % 5);
  const { unitPrice } = product(productId);
  return {
    ...{ id: `order-${userId}-${n}`, user: { id: userId }, product: { id: productId } },
    ...{ qty, unitPrice, totalPrice: qty * unitPrice, status: 'CONFIRMED', reason: null },
    ...{ createdAt, updatedAt: createdAt },
  };
}

type Keyed = { id: string };
type Placed = { input: { productId: string; qty: number; idempotencyKey: string } };

/** What the resolvers know is arithmetic: every gateway gets the same answers. */
const resolvers = {
  users: {
    Query: { me: () => user('user-1'), user: (_: unknown, { id }: Keyed) => user(id) },
    User: { __resolveReference: ({ id }: Keyed) => user(id) },
  },
  catalogs: {
    Query: { product: (_: unknown, { id }: Keyed) => product(id) },
    Product: { __resolveReference: ({ id }: Keyed) => product(id) },
  },
  orders: {
    User: {
      __resolveReference: ({ id }: Keyed) => ({ id }),
      orders: ({ id }: Keyed, { first }: { first: number }) => {
        const nodes = Array.from({ length: Math.min(first, ordersPerUser) }, (_, n) => order(id, n));
        return { nodes, edges: [], pageInfo: { hasNextPage: false, endCursor: null } };
      },
    },
    Mutation: {
      placeOrder: (_: unknown, { input }: Placed) => ({
        ...order(input.idempotencyKey, 0),
        ...{ product: { id: input.productId }, qty: input.qty, status: 'PENDING' },
        totalPrice: input.qty * product(input.productId).unitPrice,
      }),
    },
  },
};

const request = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).optional() });

/** The services' own schemas on data that needs no database. Gives the JSON text of the answer to a request's body. */
export function createStandInSubgraphs(): (subgraph: string, body: string) => Promise<string> {
  const schemas = new Map<string, GraphQLSchema>(
    Object.entries(resolvers).map(([name, own]) => {
      const typeDefs = parse(readFileSync(join(root, name, 'schema.graphql'), 'utf8'));
      return [name, buildSubgraphSchema([{ typeDefs, resolvers: own }])];
    }),
  );
  return async (subgraph, body) => {
    const schema = schemas.get(subgraph);
    if (!schema) throw new Error(`there is no subgraph ${subgraph}`);
    const { query, variables } = request.parse(JSON.parse(body));
    return JSON.stringify(
      await graphql({ schema, source: query, ...(variables && { variableValues: variables }) }),
    );
  };
}
