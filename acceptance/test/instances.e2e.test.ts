import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runningStack, startStack, waitFor, type RunningStack } from '@ordermesh/stack/testing';
import type { Connection } from 'mariadb';
import { concurrently } from '../src/concurrently.ts';
import { createShop, type Shop } from '../src/shop.ts';
import { connectToDatabase } from '../src/sql.ts';

/** A stack of its own, as these tests take parts of it away. */
let own: Awaited<ReturnType<typeof startStack>>;
let stack: RunningStack;
let shop: Shop;
let sql: Connection;
let customer: { token: string; userId: string };

beforeAll(async () => {
  own = await startStack({ orders: 3 });
  stack = runningStack(own.dir);
  shop = createShop(stack.graphql, stack.demo.admin.token);
  sql = await connectToDatabase(stack);
  customer = await shop.signUp();
}, 300_000);
afterAll(async () => {
  await sql?.end();
  await own?.stop();
}, 60_000);

/** Which of the orders the log of an instance says it took. */
function takenBy(instance: string): Set<string> {
  const log = readFileSync(join(own.dir, 'logs', `${instance}.log`), 'utf8');
  return new Set([...log.matchAll(/"orderId":"([^"]+)","msg":"order placed"/g)].map(([, id]) => id ?? ''));
}

/** Waits until each of the orders is in the table, and gives how many rows there are of them. */
async function rowsOf(ids: string[]): Promise<number> {
  const count = async () => {
    const [row] = await sql.query<{ n: number }[]>(
      'SELECT COUNT(*) AS n FROM orders.orders WHERE order_id IN (?)',
      [ids],
    );
    return row?.n ?? 0;
  };
  return waitFor(async () => (await count()) >= ids.length && count(), {
    what: `${ids.length} orders in the table`,
    deadline: 90_000,
  });
}

async function placeMany(
  productId: string,
  count: number,
  onAnswer: (answered: number) => void = () => undefined,
) {
  const answered: string[] = [];
  const codes: string[] = [];
  await concurrently(Array.from({ length: count }), 16, async () => {
    const answer = await shop.tryToPlace(customer.token, { productId, qty: 1 });
    const id = /"id":"([^"]+)"/.exec(JSON.stringify(answer.data))?.[1];
    if (id) answered.push(id);
    codes.push(...answer.codes);
    onAnswer(answered.length);
  });
  return { answered, codes };
}

describe('three orders instances', () => {
  test('share the orders, and one table has them all, once each', async () => {
    const productId = await shop.addProduct({ stock: 1000 });
    const { answered, codes } = await placeMany(productId, 120);
    expect(codes).toEqual([]);
    expect(await rowsOf(answered)).toBe(120);
    const shares = ['orders-1', 'orders-2', 'orders-3'].map(
      (instance) => answered.filter((id) => takenBy(instance).has(id)).length,
    );
    expect(Math.min(...shares)).toBeGreaterThan(0);
    expect(shares.reduce((sum, share) => sum + share)).toBe(120);
  });

  test('lose no answered order when one of them is killed under load; the others take its partitions', async () => {
    const productId = await shop.addProduct({ stock: 1000 });
    let killed: Promise<void> | undefined;
    const { answered, codes } = await placeMany(productId, 400, (count) => {
      if (count >= 100) killed ??= own.kill('orders-2');
    });
    await killed;
    expect(new Set(codes.filter((code) => code !== 'SERVICE_UNAVAILABLE'))).toEqual(new Set());
    expect(answered.length).toBeGreaterThan(350);
    expect(await rowsOf(answered)).toBe(answered.length);
    const reserved = async () => {
      const [row] = await sql.query<{ n: number }[]>(
        'SELECT COUNT(*) AS n FROM catalogs.reservations WHERE order_id IN (?)',
        [answered],
      );
      return row?.n === answered.length;
    };
    await waitFor(reserved, { what: 'a reservation for every answered order' });
  });
});

function acceptsConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => resolve(true)).once('error', () =>
      resolve(false),
    );
    socket.setTimeout(500, () => resolve(false)).once('close', () => socket.destroy());
  });
}

describe('while the broker is away', () => {
  /** A product whose price has reached the replica: what is refused then is not for want of it. */
  async function productInReplica(): Promise<string> {
    const productId = await shop.addProduct({ stock: 1000 });
    await shop.placeOrder(customer.token, { productId, qty: 1 });
    return productId;
  }

  async function placingIsRefused(productId: string): Promise<void> {
    const begun = Date.now();
    const { codes } = await shop.tryToPlace(customer.token, { productId, qty: 1 });
    expect(codes).toEqual(['SERVICE_UNAVAILABLE']);
    expect(Date.now() - begun).toBeLessThan(6_500);
  }

  async function placingWorksAgain(productId: string): Promise<void> {
    const placed = await waitFor(
      async () => {
        const { codes, data } = await shop.tryToPlace(customer.token, { productId, qty: 1 });
        return codes.length === 0 && data;
      },
      { what: 'placing to work again', deadline: 30_000 },
    );
    const id = /"id":"([^"]+)"/.exec(JSON.stringify(placed))?.[1] ?? '';
    expect(await rowsOf([id])).toBe(1);
  }

  test('hung, an order is refused in time, and placing works again when it goes on', async () => {
    const productId = await productInReplica();
    const broker = own.pidOf('kafka') ?? 0;
    process.kill(broker, 'SIGSTOP');
    try {
      await placingIsRefused(productId);
    } finally {
      process.kill(broker, 'SIGCONT');
    }
    await placingWorksAgain(productId);
  });

  test('killed, an order is refused in time, and placing works again when it is back', async () => {
    const productId = await productInReplica();
    await own.kill('kafka');
    const refused = await shop.tryToPlace(customer.token, { productId, qty: 1 });
    // The supervisor may already have it back: then the order was placed.
    expect(refused.codes.every((code) => code === 'SERVICE_UNAVAILABLE')).toBe(true);
    await waitFor(() => acceptsConnections(stack.ports.kafka), {
      what: 'the broker to be back',
      deadline: 60_000,
    });
    await placingWorksAgain(productId);
  });
});
