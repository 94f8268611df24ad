import { beforeAll, describe, expect, test } from '@jest/globals';
import { runningStack, waitFor, type RunningStack } from '@ordermesh/stack/testing';
import { z } from 'zod';
import { concurrently } from '../src/concurrently.ts';
import { ask, execute } from '../src/graphql.ts';
import { createShop, type Shop } from '../src/shop.ts';
import { connectToDatabase } from '../src/sql.ts';

let stack: RunningStack;
let shop: Shop;
beforeAll(() => {
  stack = runningStack();
  shop = createShop(stack.graphql, stack.demo.admin.token);
});

async function settledLedger(productId: string, taken: number) {
  const look = async () => {
    const ledger = await shop.ledger(productId);
    return ledger.initial - ledger.available === taken && ledger;
  };
  return waitFor(look, { what: `${taken} units of ${productId} to be taken` });
}

describe('a client', () => {
  test('signs up, sees a product, orders it and reads the order back; its stock has moved', async () => {
    const productId = await shop.addProduct({ stock: 100, unitPrice: 1500, name: 'Berlin' });
    const customer = await shop.signUp();
    expect(await shop.stock(productId)).toBe(100);

    const placed = await shop.placeOrder(customer.token, { productId, qty: 10 });
    expect(placed).toMatchObject({ status: 'PENDING', qty: 10, unitPrice: 1500, totalPrice: 15_000 });

    const read = await shop.order(customer.token, placed.id);
    expect(read).toMatchObject({ id: placed.id, qty: 10, totalPrice: 15_000 });
    await settledLedger(productId, 10);
    expect(await shop.stock(productId)).toBe(90);
  });

  test('finds the order among their own, joined with product and user', async () => {
    const productId = await shop.addProduct({ stock: 5, name: 'Tokyo' });
    const customer = await shop.signUp();
    const placed = await shop.placeOrder(customer.token, { productId, qty: 1 });
    await shop.order(customer.token, placed.id);

    const query =
      '{ me { email orders { nodes { id product { name } user { email } } pageInfo { hasNextPage } } } }';
    const { data, codes } = await execute(stack.graphql, query, { token: customer.token });
    expect(codes).toEqual([]);
    expect(data).toEqual({
      me: {
        email: customer.email,
        orders: {
          nodes: [{ id: placed.id, product: { name: 'Tokyo' }, user: { email: customer.email } }],
          pageInfo: { hasNextPage: false },
        },
      },
    });
  });

  test('does not see the order of somebody else, and an admin does', async () => {
    const productId = await shop.addProduct({ stock: 5 });
    const [owner, stranger] = [await shop.signUp(), await shop.signUp()];
    const placed = await shop.placeOrder(owner.token, { productId, qty: 1 });
    await waitFor(() => shop.order(owner.token, placed.id), { what: 'the order' });
    expect(await shop.order(stranger.token, placed.id)).toBeNull();
    expect(await shop.order(stack.demo.admin.token, placed.id)).toMatchObject({ id: placed.id });
  });
});

test('a hundred buyers want the last item, and exactly one gets it', async () => {
  const productId = await shop.addProduct({ stock: 1 });
  const buyers = await concurrently(Array.from({ length: 100 }), 8, () => shop.signUp());
  await Promise.all(buyers.map((buyer) => shop.placeOrder(buyer.token, { productId, qty: 1 })));
  const sql = await connectToDatabase(stack);
  try {
    const outcomes = await waitFor(
      async () => {
        const rows = await sql.query<{ status: string; orders: number }[]>(
          `SELECT IF(status = 'REJECTED', 'rejected', 'got it') AS status, COUNT(*) AS orders
             FROM catalogs.reservations WHERE product_id = ? GROUP BY 1 ORDER BY 1`,
          [productId],
        );
        return rows.reduce((sum, row) => sum + row.orders, 0) === 100 && rows;
      },
      { what: 'a hundred reservations' },
    );
    expect(outcomes).toEqual([
      { status: 'got it', orders: 1 },
      { status: 'rejected', orders: 99 },
    ]);
  } finally {
    await sql.end();
  }
  expect(await shop.stock(productId)).toBe(0);
});

describe('an idempotency key', () => {
  test('gives fifty concurrent twins over two instances one order', async () => {
    const productId = await shop.addProduct({ stock: 100 });
    const customer = await shop.signUp();
    const input = { productId, qty: 2, idempotencyKey: 'twins' };
    const twins = await Promise.all(Array.from({ length: 50 }, () => shop.placeOrder(customer.token, input)));
    const ids = new Set(twins.map((order) => order.id));
    expect(ids.size).toBe(1);
    for (const id of ids) await shop.settled(customer.token, id);
    await settledLedger(productId, 2);

    const other = await shop.tryToPlace(customer.token, { ...input, qty: 3 });
    expect(other.codes).toEqual(['IDEMPOTENCY_CONFLICT']);
    const orders = z.object({
      me: z.object({ orders: z.object({ nodes: z.array(z.object({ qty: z.number() })) }) }),
    });
    const seen = await ask(stack.graphql, orders, '{ me { orders { nodes { qty } } } }', {
      token: customer.token,
    });
    expect(seen.me.orders.nodes).toEqual([{ qty: 2 }]);
  });
});
