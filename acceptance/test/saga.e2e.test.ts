import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runningStack, waitFor, type RunningStack } from '@ordermesh/stack/testing';
import type { Connection } from 'mariadb';
import { concurrently } from '../src/concurrently.ts';
import { execute } from '../src/graphql.ts';
import { createShop, type Order, type Shop } from '../src/shop.ts';
import { connectToDatabase } from '../src/sql.ts';
import { typeIntoTopic } from '../src/type-into-topic.ts';

let stack: RunningStack;
let shop: Shop;
let sql: Connection;
beforeAll(async () => {
  stack = runningStack();
  shop = createShop(stack.graphql, stack.demo.admin.token);
  sql = await connectToDatabase(stack);
});
afterAll(() => sql.end());

const untouched = { initial: 100, restocked: 0, available: 100, reserved: 0, sold: 0, moved: 0 };
const price = 1500;

/** What stock and wallet come to rest at; a compensation may still be under way when the row is final. */
async function atRest(productId: string, token: string, expected: { available: number; balance: number }) {
  const look = async () => {
    const [{ available, reserved }, balance] = [await shop.ledger(productId), await shop.balance(token)];
    return available === expected.available && reserved === 0 && balance === expected.balance;
  };
  await waitFor(look, { what: `stock and wallet at ${JSON.stringify(expected)}` });
}

describe('an order', () => {
  test('with stock and money is confirmed: the stock is sold and the price is paid', async () => {
    const productId = await shop.addProduct({ stock: 100, unitPrice: price });
    const customer = await shop.signUp({ deposit: 20_000 });
    const { id } = await shop.placeOrder(customer.token, { productId, qty: 10 });
    expect(await shop.settled(customer.token, id)).toMatchObject({ status: 'CONFIRMED', reason: null });
    await atRest(productId, customer.token, { available: 90, balance: 5_000 });
    expect(await shop.ledger(productId)).toEqual({ ...untouched, available: 90, sold: 10 });
  });

  test('without enough money is rejected, and its stock comes back', async () => {
    const productId = await shop.addProduct({ stock: 100, unitPrice: price });
    const customer = await shop.signUp({ deposit: 14_999 });
    const { id } = await shop.placeOrder(customer.token, { productId, qty: 10 });
    expect(await shop.settled(customer.token, id)).toMatchObject({
      status: 'REJECTED',
      reason: 'INSUFFICIENT_FUNDS',
    });
    await atRest(productId, customer.token, { available: 100, balance: 14_999 });
    expect(await shop.ledger(productId)).toEqual(untouched);
  });

  test('of more than there is is rejected, and a restock does not bring it back', async () => {
    const productId = await shop.addProduct({ stock: 5, unitPrice: price });
    const customer = await shop.signUp({ deposit: 100_000 });
    const { id } = await shop.placeOrder(customer.token, { productId, qty: 6 });
    const rejected = { status: 'REJECTED', reason: 'OUT_OF_STOCK' };
    expect(await shop.settled(customer.token, id)).toMatchObject(rejected);
    const restock =
      'mutation ($id: ID!) { restock(productId: $id, qty: 50, idempotencyKey: "more") { stock } }';
    const { data } = await execute(stack.graphql, restock, {
      variables: { id: productId },
      token: stack.demo.admin.token,
    });
    expect(data).toEqual({ restock: { stock: 55 } });
    expect(await shop.order(customer.token, id)).toMatchObject(rejected);
    expect(await shop.balance(customer.token)).toBe(100_000);
  });
});

describe('a cancellation', () => {
  test('of a confirmed order gives back stock and money; of a cancelled one it changes nothing', async () => {
    const productId = await shop.addProduct({ stock: 100, unitPrice: price });
    const { token } = await shop.signUp({ deposit: 20_000 });
    const { id } = await shop.placeOrder(token, { productId, qty: 10 });
    await shop.settled(token, id, 'CONFIRMED');
    await shop.cancelOrder(token, id);
    await shop.settled(token, id, 'CANCELLED');
    await atRest(productId, token, { available: 100, balance: 20_000 });
    expect(await shop.cancelOrder(token, id)).toMatchObject({ status: 'CANCELLED' });
    expect(await shop.ledger(productId)).toEqual(untouched);
  });

  test('of a rejected order is refused, of somebody else’s it finds none', async () => {
    const productId = await shop.addProduct({ stock: 1 });
    const [{ token }, stranger] = [await shop.signUp(), await shop.signUp()];
    const { id } = await shop.placeOrder(token, { productId, qty: 2 });
    await shop.settled(token, id, 'REJECTED');
    const cancel = (by: string) =>
      execute(stack.graphql, 'mutation ($id: ID!) { cancelOrder(id: $id) { id } }', {
        variables: { id },
        token: by,
      });
    expect((await cancel(token)).codes).toEqual(['NOT_CANCELLABLE']);
    expect((await cancel(stranger.token)).codes).toEqual(['ORDER_NOT_FOUND']);
  });

  test('that races with payment, with decline and with itself has one outcome, and the books balance', async () => {
    const productId = await shop.addProduct({ stock: 1_000, unitPrice: price });
    const rich = await shop.signUp({ deposit: 1_000_000 });
    const poor = await shop.signUp({ deposit: 0 });
    const outcomes = await concurrently(
      [...Array(15).fill(rich), ...Array(10).fill(poor)],
      5,
      async ({ token }) => {
        const { id } = await shop.placeOrder(token, { productId, qty: 1 });
        // Twice at once, by way of either instance; NOT_CANCELLABLE when the rejection was first.
        const cancel = 'mutation ($id: ID!) { cancelOrder(id: $id) { id } }';
        const answers = await Promise.all(
          [1, 2].map(() => execute(stack.graphql, cancel, { variables: { id }, token })),
        );
        expect(
          answers.flatMap((answer) => answer.codes).filter((code) => code !== 'NOT_CANCELLABLE'),
        ).toEqual([]);
        return waitFor(
          async () => {
            const order: Order | null = await shop.order(token, id);
            return (order?.status === 'CANCELLED' || order?.status === 'REJECTED') && { token, order };
          },
          { what: `order ${id} to be CANCELLED or REJECTED`, deadline: 60_000, interval: 100 },
        );
      },
    );
    expect(outcomes).toHaveLength(25);
    expect(outcomes.filter(({ token }) => token === rich.token).map(({ order }) => order.status)).toEqual(
      Array(15).fill('CANCELLED'),
    );
    await atRest(productId, rich.token, { available: 1_000, balance: 1_000_000 });
    expect(await shop.balance(poor.token)).toBe(0);
    expect(await shop.ledger(productId)).toMatchObject({ sold: 0, reserved: 0, available: 1_000 });
  });
});

test('an order typed into the console producer’s topic lives like any other: stock, payment, row, status', async () => {
  const productId = await shop.addProduct({ stock: 100, unitPrice: price });
  const customer = await shop.signUp({ deposit: 15_000 });
  const orderId = `typed-${customer.userId}`;
  const line = JSON.stringify({
    productId,
    qty: 10,
    unitPrice: price,
    totalPrice: 15_000,
    orderId,
    userId: customer.userId,
  });
  await typeIntoTopic(stack.dir, 'orders.events', `${line}\n${line}\n`);
  expect(await shop.settled(customer.token, orderId)).toMatchObject({
    status: 'CONFIRMED',
    totalPrice: 15_000,
  });
  await atRest(productId, customer.token, { available: 90, balance: 0 });
});

test('at rest all money is accounted for, the outboxes are empty, and rows agree with reservations and payments', async () => {
  const pending = async () => {
    const [row] = await sql.query<{ n: number }[]>(
      `SELECT COUNT(*) AS n FROM orders.orders o JOIN catalogs.reservations r USING (order_id) WHERE o.status = 'PENDING'`,
    );
    return row?.n === 0;
  };
  await waitFor(pending, { what: 'no order of the saga to be PENDING' });
  const totals = await shop.moneyTotals();
  expect(totals.deposited).toBe(totals.wallets + totals.paymentsKept);
  const [disagreements] = await sql.query<{ n: number }[]>(
    `SELECT COUNT(*) AS n FROM orders.orders o JOIN catalogs.reservations r USING (order_id)
       LEFT JOIN users.payments p USING (order_id)
      WHERE CONCAT_WS('/', o.status, r.status, p.status) NOT IN
        ('CONFIRMED/SOLD/PAID', 'REJECTED/REJECTED', 'REJECTED/RELEASED/DECLINED',
         'CANCELLED/RELEASED/REFUNDED', 'CANCELLED/RELEASED/VOIDED')`,
  );
  expect(disagreements).toEqual({ n: 0 });
  const [outboxes] = await sql.query<{ n: number }[]>(
    'SELECT (SELECT COUNT(*) FROM catalogs.outbox) + (SELECT COUNT(*) FROM users.outbox) AS n',
  );
  expect(outboxes).toEqual({ n: 0 });
});
