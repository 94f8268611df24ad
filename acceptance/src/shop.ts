import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { ask, execute, GraphQLFailure } from './graphql.ts';
import { waitFor } from '@ordermesh/stack/testing';

const order = z.object({
  id: z.string(),
  qty: z.number(),
  unitPrice: z.number(),
  totalPrice: z.number(),
  status: z.enum(['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED']),
  reason: z.string().nullable(),
});
export type Order = z.output<typeof order>;

const ledger = z.object({
  initial: z.number(),
  restocked: z.number(),
  available: z.number(),
  reserved: z.number(),
  sold: z.number(),
  moved: z.number(),
});
export type Ledger = z.output<typeof ledger>;

const session = z.object({ token: z.string(), user: z.object({ id: z.string() }) });
const orderFields = 'id qty unitPrice totalPrice status reason';

export type PlaceOrderInput = {
  productId: string;
  qty: number;
  idempotencyKey?: string;
  expectedUnitPrice?: number;
};

/** What a customer and an admin do through the gateway at `url`, each call one operation. */
export function createShop(url: string, adminToken: string) {
  return {
    async signUp(): Promise<{ token: string; userId: string; email: string; password: string }> {
      const input = { email: `${randomUUID()}@example.org`, name: 'A Customer', password: randomUUID() };
      const query = 'mutation ($input: SignUpInput!) { signUp(input: $input) { token user { id } } }';
      const { signUp } = await ask(url, z.object({ signUp: session }), query, { variables: { input } });
      return { token: signUp.token, userId: signUp.user.id, email: input.email, password: input.password };
    },

    /** Adds a product under a new id, and gives the id. */
    async addProduct(product: { stock: number; unitPrice?: number; name?: string }): Promise<string> {
      const input = { id: `test-${randomUUID()}`, name: 'A Thing', unitPrice: 1500, ...product };
      const query = 'mutation ($input: AddProductInput!) { addProduct(input: $input) { id } }';
      const shape = z.object({ addProduct: z.object({ id: z.string() }) });
      return (await ask(url, shape, query, { variables: { input }, token: adminToken })).addProduct.id;
    },

    /** Places an order; of a product that was only just added, as soon as its price has reached the replica. */
    async placeOrder(token: string, input: PlaceOrderInput): Promise<Order> {
      const query = `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { ${orderFields} } }`;
      const shape = z.object({ placeOrder: order });
      const place = async () => {
        try {
          return await ask(url, shape, query, { variables: { input }, token });
        } catch (error) {
          if (error instanceof GraphQLFailure && error.codes.includes('PRODUCT_NOT_FOUND')) return undefined;
          throw error;
        }
      };
      // Any other error must fail the caller at once, where waitFor would look again.
      const placed = await waitFor(() => place().catch((error: unknown) => ({ error })), {
        what: `the price of ${input.productId} in the replica`,
      });
      if ('error' in placed) throw placed.error;
      return placed.placeOrder;
    },

    /** Places an order and gives the error codes instead of throwing. */
    async tryToPlace(token: string | undefined, input: Record<string, unknown>) {
      const query = `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { ${orderFields} } }`;
      return execute(url, query, { variables: { input }, ...(token && { token }) });
    },

    async order(token: string, id: string): Promise<Order | null> {
      const query = `query ($id: ID!) { order(id: $id) { ${orderFields} } }`;
      return (await ask(url, z.object({ order: order.nullable() }), query, { variables: { id }, token }))
        .order;
    },

    async stock(id: string): Promise<number | undefined> {
      const shape = z.object({ product: z.object({ stock: z.number() }).nullable() });
      const query = 'query ($id: ID!) { product(id: $id) { stock } }';
      return (await ask(url, shape, query, { variables: { id } })).product?.stock;
    },

    async ledger(id: string): Promise<Ledger> {
      const query =
        'query ($id: ID!) { product(id: $id) { ledger { initial restocked available reserved sold moved } } }';
      const shape = z.object({ product: z.object({ ledger }) });
      return (await ask(url, shape, query, { variables: { id }, token: adminToken })).product.ledger;
    },
  };
}
export type Shop = ReturnType<typeof createShop>;
