import { availableParallelism, loadavg } from 'node:os';
import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { runningContainers } from '@ordermesh/stack/compose';
import { runningStack, waitFor, type RunningStack } from '@ordermesh/stack/testing';
import { z } from 'zod';
import { inDatabase, requireBalancedBooks, snapshot } from '../src/books.ts';
import { createConnectClient } from '../src/connectors.ts';
import { startOrderFlow } from '../src/order-flow.ts';
import { createShop, type Customer, type Shop } from '../src/shop.ts';

/** Containers come and go here: each has to be stopped, made and become ready. */
const patience = 300_000;

let containers: ReturnType<typeof runningContainers>;
let stack: RunningStack;
let shop: Shop;
let customer: Customer;
let productId: string;
beforeAll(async () => {
  containers = runningContainers();
  stack = runningStack();
  shop = createShop(stack.graphql, stack.demo.admin.token);
  customer = await shop.signUp();
});
beforeEach(async () => {
  productId = await shop.addProduct({ stock: 100_000 });
  await orderSettles();
});

async function orderSettles(): Promise<void> {
  const { id } = await shop.placeOrder(customer.token, { productId, qty: 1 });
  expect(await shop.settled(customer.token, id)).toMatchObject({ status: 'CONFIRMED' });
}

const scaleOrders = (count: number) =>
  containers.run(
    'up',
    '--detach',
    '--wait',
    '--no-deps',
    '--no-recreate',
    '--scale',
    `orders=${count}`,
    'orders',
  );

async function allSettle(orderIds: string[]): Promise<void> {
  for (const id of orderIds) await shop.settled(customer.token, id, undefined, 120_000);
}

const placed = z.object({ instance: z.string(), msg: z.literal('order placed') });

/** Names of the orders instances whose log says that they took an order. */
async function takers(): Promise<Set<string>> {
  const lines = (await containers.run('logs', '--no-log-prefix', '--no-color', 'orders')).split('\n');
  const seen = lines.flatMap((line) => {
    // Compose may put control characters before a line.
    const begin = line.indexOf('{"');
    const { data } = placed.safeParse(begin < 0 ? undefined : JSON.parse(line.slice(begin)));
    return data ? [data.instance] : [];
  });
  return new Set(seen);
}

test(
  'orders scaled to three: each instance takes orders, and the one taken away again costs no answered order',
  async () => {
    await scaleOrders(3);
    const everyoneTookOne = async () => {
      await Promise.all(
        Array.from({ length: 6 }, () => shop.placeOrder(customer.token, { productId, qty: 1 })),
      );
      const seen = await takers();
      if (seen.size === 3) return true;
      throw new Error(`orders were taken by ${[...seen].join(', ')}`);
    };
    await waitFor(everyoneTookOne, {
      what: 'three instances to take orders',
      deadline: 60_000,
      interval: 500,
    });

    const flow = startOrderFlow({ shop, tokens: [customer.token], productIds: [productId] });
    await flow.more(10);
    await scaleOrders(2);
    await flow.more(20);
    const { answered } = await flow.stop();
    await allSettle(answered);
  },
  patience,
);

test(
  'catalogs killed: orders are taken all the same, and settle when it is up again',
  async () => {
    await containers.run('kill', 'catalogs');
    const orders = await Promise.all(
      Array.from({ length: 5 }, () => shop.placeOrder(customer.token, { productId, qty: 1 })),
    );
    expect(orders.map(({ status }) => status)).toEqual(Array(5).fill('PENDING'));
    await containers.run('up', '--detach', '--wait', '--no-deps', 'catalogs');
    for (const { id } of orders) await shop.settled(customer.token, id, 'CONFIRMED', 120_000);
  },
  patience,
);

test(
  'users, whose process ends by itself, is started again',
  async () => {
    const running = async () => {
      const [{ State: state, Health: health } = { State: 'none', Health: 'none' }] =
        await containers.containers('users');
      if (state === 'running' && health === 'healthy') return true;
      throw new Error(`${state}, ${health}`);
    };
    // When its first process began, in clock ticks since the machine did.
    const beginning = () =>
      containers.run('exec', '-T', 'users', 'cut', '-d', ' ', '-f', '22', '/proc/1/stat');
    const before = await beginning();
    await containers.run('exec', '-T', 'users', '/bin/sh', '-c', 'kill 1');
    await waitFor(async () => (await beginning()) !== before, { what: 'users to be started again' });
    await waitFor(running, { what: 'users to be healthy', deadline: 90_000, interval: 500 });
    await orderSettles();
  },
  patience,
);

test(
  'Connect in a new container: the connectors run as before, and what was ordered meanwhile settles',
  async () => {
    const names = z.array(z.string()).parse(await (await fetch(`${stack.connectUrl}/connectors`)).json());
    const flow = startOrderFlow({ shop, tokens: [customer.token], productIds: [productId] });
    await flow.more(5);
    await containers.run('up', '--detach', '--force-recreate', '--no-deps', '--wait', 'connect');
    await flow.more(5);
    const { answered } = await flow.stop();
    expect(names).toHaveLength(5);
    await createConnectClient(stack.connectUrl).allRun(names, 120_000);
    await allSettle(answered);
  },
  patience,
);

test(
  "the operator's commands run in the console, which has no key that signs or vouches for anything",
  async () => {
    const inConsole = (...command: string[]) => containers.run('exec', '-T', 'console', ...command);
    expect(await inConsole('sql', 'orders', 'select count(*) > 0 from orders')).toBe('1\n');
    expect(await inConsole('connectors', 'status')).toContain('orders-sink');
    expect(await inConsole('republish', 'users')).toMatch(/^\d+ events of \d+ payments published anew$/m);
    expect(await inConsole('republish', 'catalogs')).toMatch(
      /^\d+ events of \d+ reservations published anew$/m,
    );
    expect(await inConsole('rebuild', 'orders', '--dry-run')).toMatch(/^read \d+ records of orders.events /m);

    const { gatewaySigningSecret, jwtPrivateKey } = stack.secrets;
    const [, keyLine = jwtPrivateKey] = jwtPrivateKey.split('\n');
    const files = await inConsole('sh', '-c', 'cat /conf/* /data/*.json');
    expect(files).toContain(stack.secrets.databases['orders_owner']);
    expect([gatewaySigningSecret, keyLine].filter((secret) => files.includes(secret))).toEqual([]);
    await orderSettles();
  },
  patience,
);

test(
  'down and up again: ready within a minute, with every row and every login as before',
  async () => {
    const books = await inDatabase(stack, async (sql) => {
      await waitFor(() => requireBalancedBooks(sql).then(() => true), { what: 'the books to balance' });
      return snapshot(sql);
    });
    await containers.run('down');
    const [load = 0] = loadavg();
    const begun = Date.now();
    await containers.up();
    const seconds = (Date.now() - begun) / 1000;
    console.log(`up again after ${seconds.toFixed(1)} s, with a load average of ${load.toFixed(1)} before`);
    await containers.refreshDataFolder();

    expect(await inDatabase(stack, snapshot)).toEqual(books);
    // With the tokens of before: the keys are those of before.
    await orderSettles();
    await inDatabase(stack, (sql) =>
      waitFor(() => requireBalancedBooks(sql).then(() => true), { what: 'the books to balance' }),
    );
    // Says nothing about containers on a machine that has other work for minutes to come.
    const most = 4 * availableParallelism();
    if (load < most) expect(seconds).toBeLessThan(60);
    else
      console.log(
        `not asserted: ready within a minute, for the load average was ${load.toFixed(1)}, ${most} or more`,
      );
  },
  patience,
);
