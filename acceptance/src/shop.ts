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

const moneyTotals = z.object({ deposited: z.number(), wallets: z.number(), paymentsKept: z.number() });
export type MoneyTotals = z.output<typeof moneyTotals>;
export type Customer = { token: string; userId: string; email: string; password: string };

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
    /** A new customer, with enough money for whatever a test orders unless told how much. */
    async signUp({ deposit = 100_000_000 }: { deposit?: number } = {}): Promise<Customer> {
      const input = { email: `${randomUUID()}@example.org`, name: 'A Customer', password: randomUUID() };
      const query = 'mutation ($input: SignUpInput!) { signUp(input: $input) { token user { id } } }';
      const { signUp } = await ask(url, z.object({ signUp: session }), query, { variables: { input } });
      if (deposit > 0) {
        const put =
          'mutation ($amount: Money!) { deposit(amount: $amount, idempotencyKey: "first") { balance } }';
        await ask(url, z.unknown(), put, { variables: { amount: deposit }, token: signUp.token });
      }
      return { token: signUp.token, userId: signUp.user.id, email: input.email, password: input.password };
    },

    async balance(token: string): Promise<number> {
      const shape = z.object({ me: z.object({ wallet: z.object({ balance: z.number() }) }) });
      return (await ask(url, shape, '{ me { wallet { balance } } }', { token })).me.wallet.balance;
    },

    async moneyTotals(): Promise<MoneyTotals> {
      const query = '{ moneyTotals { deposited wallets paymentsKept } }';
      return (await ask(url, z.object({ moneyTotals }), query, { token: adminToken })).moneyTotals;
    },

    async cancelOrder(token: string, id: string): Promise<Order> {
      const query = `mutation ($id: ID!) { cancelOrder(id: $id) { ${orderFields} } }`;
      const shape = z.object({ cancelOrder: order });
      return (await ask(url, shape, query, { variables: { id }, token })).cancelOrder;
    },

    /** Waits until the order is no longer PENDING, or has the status that is waited for. */
    async settled(token: string, id: string, status?: Order['status'], deadline = 60_000): Promise<Order> {
      const look = async () => {
        const seen = await this.order(token, id);
        return seen && (status ? seen.status === status : seen.status !== 'PENDING') && seen;
      };
      return waitFor(look, { what: `order ${id} to be ${status ?? 'settled'}`, deadline, interval: 100 });
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
