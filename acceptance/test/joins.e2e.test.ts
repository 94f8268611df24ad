import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runningStack, type RunningStack } from '@ordermesh/stack/testing';
import type { Connection } from 'mariadb';
import { z } from 'zod';
import { concurrently } from '../src/concurrently.ts';
import { ask } from '../src/graphql.ts';
import { createShop } from '../src/shop.ts';
import { connectToDatabase } from '../src/sql.ts';
import { untilStill } from '../src/until-still.ts';

let stack: RunningStack;
let sql: Connection;
beforeAll(async () => {
  stack = runningStack();
  sql = await connectToDatabase(stack);
  await sql.query('SET GLOBAL userstat = 1');
});
afterAll(async () => {
  await sql.query('SET GLOBAL userstat = 0');
  await sql.end();
});

const page = z.object({
  me: z.object({
    orders: z.object({
      nodes: z.array(
        z.object({
          product: z.object({ name: z.string(), stock: z.number() }),
          user: z.object({ name: z.string() }),
        }),
      ),
    }),
  }),
});

async function statementsSoFar(): Promise<number> {
  const [row] = await sql.query<{ n: number | null }[]>(
    `SELECT SUM(SELECT_COMMANDS) AS n FROM information_schema.USER_STATISTICS WHERE USER IN ('users', 'catalogs', 'orders')`,
  );
  return row?.n ?? 0;
}

/**
 * What one page costs: the median of several, as a health check may come between, and the server counts a statement only
 * after its answer has left.
 */
async function statementsForPage(token: string, first: number): Promise<number> {
  const query = `query ($first: Int!) { me { orders(first: $first) { nodes { id product { name stock } user { name } } } } }`;
  const counts: number[] = [];
  for (let round = 0; round < 21; round++) {
    const before = await statementsSoFar();
    const { me } = await ask(stack.graphql, page, query, { variables: { first }, token });
    expect(me.orders.nodes).toHaveLength(first);
    counts.push((await statementsSoFar()) - before);
  }
  return counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? NaN;
}

test('a page of 50 orders with products and users takes as many SQL statements as a page of 5', async () => {
  const shop = createShop(stack.graphql, stack.demo.admin.token);
  const products = await concurrently(Array.from({ length: 25 }), 8, () => shop.addProduct({ stock: 10 }));
  const { token } = await shop.signUp();
  const orders = await concurrently([...products, ...products], 8, (productId) =>
    shop.placeOrder(token, { productId, qty: 1 }),
  );
  for (const { id } of orders) await shop.settled(token, id);
  // The consumers still read when the last order has its status: only a count that stands still is a page's own.
  await untilStill(statementsSoFar, 'the services to read nothing for a second');

  const [small, large] = [await statementsForPage(token, 5), await statementsForPage(token, 50)];
  expect(large).toBe(small);
  expect(large).toBeLessThan(10);
});
