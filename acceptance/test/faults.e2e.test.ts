import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { runningStack, startStack, waitFor, type RunningStack } from '@ordermesh/stack/testing';
import type { Connection } from 'mariadb';
import { inDatabase, requireBalancedBooks, snapshot } from '../src/books.ts';
import { createConnectClient } from '../src/connectors.ts';
import { createGroups } from '../src/groups.ts';
import { startOrderFlow, type OrderFlow, type Taken } from '../src/order-flow.ts';
import { createShop, type Shop } from '../src/shop.ts';
import { untilStill } from '../src/until-still.ts';

const connectors = [
  ...['catalogs-outbox', 'users-outbox', 'orders-sink'],
  ...['catalogs-products-source', 'orders-products-sink'],
];
/** Who reads what, from the first record of the saga on. */
const consumers = {
  catalogs: ['orders.events', 'users.events'],
  users: ['catalogs.events'],
  'orders-process': ['catalogs.events', 'users.events'],
  'orders-projector': ['orders.events'],
};
const sinks = { 'connect-orders-sink': ['orders'] };

/** A stack of its own, as these tests take everything away from it, one after the other. */
let own: Awaited<ReturnType<typeof startStack>>;
let stack: RunningStack;
let shop: Shop;
let connect: ReturnType<typeof createConnectClient>;
let groups: ReturnType<typeof createGroups>;
let tokens: string[];
let productIds: string[];
/** Everything that was answered so far: each test looks at the orders of all before it, too. */
const all: Taken = { answered: [], cancelled: [], refused: [] };

beforeAll(async () => {
  own = await startStack({ orders: 2 });
  stack = runningStack(own.dir);
  shop = createShop(stack.graphql, stack.demo.admin.token);
  connect = createConnectClient(stack.connectUrl);
  groups = createGroups(stack.kafkaBrokers);
  const customers = await Promise.all([shop.signUp(), shop.signUp(), shop.signUp({ deposit: 20_000 })]);
  tokens = customers.map(({ token }) => token);
  // Enough of one, and one that soon runs out; the third customer is soon out of money.
  productIds = [await shop.addProduct({ stock: 100_000 }), await shop.addProduct({ stock: 40 })];
  for (const productId of productIds)
    all.answered.push((await shop.placeOrder(tokens[0] ?? '', { productId, qty: 1 })).id);
}, 300_000);
afterAll(async () => {
  await own?.stop();
}, 60_000);

const inOwn = <T>(work: (sql: Connection) => Promise<T>) => inDatabase(stack, work);

/** Takes orders all the while that `work` lasts. */
async function whileOrdersFlow(work: (flow: OrderFlow) => Promise<void>): Promise<Taken> {
  const flow = startOrderFlow({ shop, tokens, productIds });
  try {
    await flow.more(15);
    await work(flow);
  } finally {
    const { answered, cancelled } = await flow.stop();
    all.answered.push(...answered);
    all.cancelled.push(...cancelled);
  }
  return flow.taken;
}

/** Holds a process still, group and all, while `work` lasts. */
async function whileFrozen(names: string[], work: () => Promise<void>): Promise<void> {
  const pids = names.map((name) => {
    const pid = own.pidOf(name);
    if (pid === undefined) throw new Error(`there is no ${name}`);
    return pid;
  });
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    await work();
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
}

/** How many events the outboxes have published, once no more come: some follow when the order is settled already. */
const publishedAtRest = (): Promise<number> =>
  untilStill(
    () => groups.records(['catalogs.events', 'users.events']),
    'the outboxes to publish nothing for a second',
  );

/** Waits until whatever was answered is settled, and the books balance: for every order there ever was. */
async function everythingSettles(deadline = 90_000): Promise<void> {
  const settled = () =>
    inOwn(async (sql) => {
      const missing = async (ids: string[], statuses: string[]) => {
        if (ids.length === 0) return 0;
        const [row] = await sql.query<{ n: number }[]>(
          'SELECT COUNT(DISTINCT order_id) AS n FROM orders.orders WHERE order_id IN (?) AND status IN (?)',
          [ids, statuses],
        );
        return ids.length - (row?.n ?? 0);
      };
      const open = await missing(all.answered, ['CONFIRMED', 'REJECTED', 'CANCELLED']);
      const uncancelled = await missing(all.cancelled, ['REJECTED', 'CANCELLED']);
      if (open + uncancelled > 0)
        throw new Error(
          `${open} of ${all.answered.length} orders open, ${uncancelled} cancellations to come`,
        );
      await requireBalancedBooks(sql);
      return true;
    });
  await waitFor(settled, { what: 'every order to be settled, and the books to balance', deadline });
  await connect.allRun(connectors);
  const { deposited, wallets, paymentsKept } = await shop.moneyTotals();
  expect(deposited).toBe(wallets + paymentsKept);
  const letters = (await groups.topics()).filter((topic) => topic.endsWith('.dlq'));
  expect(letters.length).toBeGreaterThanOrEqual(6);
  expect(await groups.records(letters)).toBe(0);
}

/** What is refused is refused for want of a dependency, never with a fault of our own. */
const onlyUnavailable = ({ refused }: Taken) =>
  expect(refused.filter((code) => code !== 'SERVICE_UNAVAILABLE')).toEqual([]);

/** A command of the stack: gives what it printed. */
function run(...args: string[]): Promise<string> {
  const [file = '', ...rest] = args;
  const cwd = fileURLToPath(new URL('../..', import.meta.url));
  const child = spawn(process.execPath, [file, '--data', own.dir, ...rest], { cwd });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return new Promise((resolve, reject) =>
    child.once('close', (code) =>
      code === 0 ? resolve(printed) : reject(new Error(`${args.join(' ')}: exit code ${code}: ${printed}`)),
    ),
  );
}
const applyConnectors = () => run('connectors/src/cli.ts', 'apply');
const republish = (service: string) => run('stack/src/republish.ts', service);

const countOf = (statement: string, values: unknown[] = []): Promise<number> =>
  inOwn(async (sql) => {
    const [row] = await sql.query<{ n: number }[]>(statement, values);
    return row?.n ?? 0;
  });

describe('every answered order settles and the books balance, after', () => {
  test('Connect was killed while orders flow: it takes them all the same', async () => {
    const taken = await whileOrdersFlow(async (flow) => {
      await own.kill('connect');
      await flow.more(60);
    });
    expect(taken.refused).toEqual([]);
    await everythingSettles();
  });

  test('MariaDB was killed while orders flow', async () => {
    const taken = await whileOrdersFlow(async (flow) => {
      await own.kill('mariadb');
      await flow.more(30);
    });
    onlyUnavailable(taken);
    await everythingSettles();
  });

  test('the broker was killed while orders flow', async () => {
    const taken = await whileOrdersFlow(async (flow) => {
      await own.kill('kafka');
      await flow.more(30);
    });
    onlyUnavailable(taken);
    await everythingSettles();
  });

  test('users stood still for longer than its group waits for it: orders are taken meanwhile', async () => {
    const taken = await whileOrdersFlow((flow) =>
      whileFrozen(['users'], async () => {
        await sleep(12_000);
        await flow.more(10);
      }),
    );
    expect(taken.refused).toEqual([]);
    await everythingSettles();
  });

  test('catalogs was killed while orders flow: orders are taken meanwhile', async () => {
    const taken = await whileOrdersFlow(async (flow) => {
      await own.kill('catalogs');
      await flow.more(30);
    });
    expect(taken.refused).toEqual([]);
    await everythingSettles();
  });
});

describe('the outbox is read from the binlog', () => {
  test('orders that were taken before its connectors were registered settle when they are applied', async () => {
    // The watch would bring back at once what is deleted.
    await whileFrozen(['connectors'], async () => {
      await Promise.all(['catalogs-outbox', 'users-outbox'].map((name) => connect.remove(name)));
      const published = await publishedAtRest();
      const { answered } = await whileOrdersFlow(async (flow) => void (await flow.more(15)));
      const reserved = 'SELECT COUNT(*) AS n FROM catalogs.reservations WHERE order_id IN (?)';
      await waitFor(async () => (await countOf(reserved, [answered])) === answered.length, {
        what: 'a reservation for every answered order',
      });
      expect(await publishedAtRest()).toBe(published);
      const pending = "SELECT COUNT(*) AS n FROM orders.orders WHERE order_id IN (?) AND status = 'PENDING'";
      expect(await countOf(pending, [answered])).toBe(answered.length);
      await applyConnectors();
      await everythingSettles();
    });
  });

  test('when it was purged before it was read, republish mends it, and the price replica too', async () => {
    const sources = ['catalogs-outbox', 'users-outbox', 'catalogs-products-source'];
    // Paid, and nobody learns of it; then reserved, and nobody learns of it; then a price that nobody learns of.
    await connect.stop('users-outbox');
    const paid = await whileOrdersFlow(async (flow) => void (await flow.more(15)));
    const payments = 'SELECT COUNT(*) AS n FROM users.payments WHERE order_id IN (?)';
    await waitFor(async () => (await countOf(payments, [paid.answered])) >= 10, { what: 'payments' });
    await connect.stop('catalogs-outbox');
    await connect.stop('catalogs-products-source');
    const reserved = await whileOrdersFlow(async (flow) => void (await flow.more(15)));
    const reservations = 'SELECT COUNT(*) AS n FROM catalogs.reservations WHERE order_id IN (?)';
    await waitFor(
      async () => (await countOf(reservations, [reserved.answered])) === reserved.answered.length,
      { what: 'a reservation for every answered order' },
    );
    const [productId] = productIds;
    await inOwn((sql) =>
      sql.query('UPDATE catalogs.products SET unit_price = 1600 WHERE id = ?', [productId]),
    );

    await purgeBinlog();
    for (const name of sources) await connect.resume(name);
    for (const name of sources) await connect.failed(name);
    const price = 'SELECT unit_price AS n FROM orders.products WHERE id = ?';
    expect(await countOf(price, [productId])).toBe(1500);

    const printed = [await republish('catalogs'), await republish('users')].join('');
    for (const name of sources) expect(printed).toContain(`${name} lost its place in the binlog`);
    await everythingSettles();
    await waitFor(async () => (await countOf(price, [productId])) === 1600, {
      what: 'the price that was lost',
    });
  });

  test('republish on a system that has lost nothing changes no row', async () => {
    const before = await inOwn(snapshot);
    const printed = [await republish('catalogs'), await republish('users')].join('');
    expect(printed).not.toContain('lost its place');
    expect(printed).toContain('published anew');
    await groups.allRead({ ...consumers, ...sinks });
    expect(await inOwn(snapshot)).toEqual(before);
    await everythingSettles();
  });
});

/** Leaves the server with no binlog but the newest, in which is nothing of what was written before. */
async function purgeBinlog(): Promise<void> {
  await inOwn(async (sql) => {
    await sql.query('FLUSH BINARY LOGS');
    const [newest] = (await sql.query<{ Log_name: string }[]>('SHOW BINARY LOGS')).slice(-1);
    // The server holds on to a log for a moment for the sake of its own recovery.
    const purged = async () => {
      await sql.query('PURGE BINARY LOGS TO ?', [newest?.Log_name]);
      const left = await sql.query<{ Log_name: string }[]>('SHOW BINARY LOGS');
      if (left.length === 1) return true;
      throw new Error(JSON.stringify(left));
    };
    await waitFor(purged, { what: 'the binlog to be purged', interval: 200 });
  });
}

describe('replay', () => {
  test('of every topic from the first record, by instances that stalled, changes no row', async () => {
    await groups.allRead({ ...consumers, ...sinks });
    const before = await inOwn(snapshot);
    const derived = await groups.records(['orders.events']);
    await whileFrozen(['users', 'catalogs', 'orders-1', 'orders-2'], () =>
      groups.rewind(Object.keys(consumers)),
    );
    await groups.allRead({ ...consumers, ...sinks });
    // It did read them: the process has drawn every conclusion once more.
    expect(await groups.records(['orders.events'])).toBeGreaterThan(derived);
    expect(await inOwn(snapshot)).toEqual(before);
    await everythingSettles();
  });
});

describe('the price replica', () => {
  const same = async () => {
    const rows = (database: string) =>
      inOwn((sql) => sql.query<unknown[]>(`SELECT * FROM ${database}.products ORDER BY id`));
    const [original, replica] = await Promise.all([rows('catalogs'), rows('orders')]);
    if (JSON.stringify(original) === JSON.stringify(replica)) return true;
    throw new Error(`${JSON.stringify(original)} and ${JSON.stringify(replica)}`);
  };

  test('gets a column that is added to the original, while orders flow', async () => {
    const taken = await whileOrdersFlow(async (flow) => {
      await inOwn(async (sql) => {
        await sql.query('ALTER TABLE catalogs.products ADD COLUMN colour VARCHAR(20) NULL');
        await sql.query("UPDATE catalogs.products SET colour = 'blue' WHERE id = ?", [productIds[0]]);
      });
      const blue = () => countOf("SELECT COUNT(*) AS n FROM orders.products WHERE colour = 'blue'");
      await waitFor(async () => (await blue()) === 1, { what: 'the new column in the replica' });
      await flow.more(5);
    });
    expect(taken.refused).toEqual([]);
    await waitFor(same, { what: 'the replica to be as the original' });
    await everythingSettles();
  });

  test('loses no change, and repeats at most one, when its source was deleted and applied anew meanwhile', async () => {
    const topic = 'cdc.catalogs.products';
    await waitFor(same, { what: 'the replica to be as the original' });
    const changes = await groups.records([topic]);
    const change = (price: number) =>
      inOwn((sql) =>
        sql.query('UPDATE catalogs.products SET unit_price = ? WHERE id = ?', [price, productIds[0]]),
      );
    await whileFrozen(['connectors'], async () => {
      await change(1700);
      await connect.remove('catalogs-products-source');
      for (const price of [1701, 1702, 1703]) await change(price);
      await shop.addProduct({ stock: 1 });
      await applyConnectors();
    });
    await change(1704);
    await waitFor(same, { what: 'the replica to be as the original' });
    // A source begins with a whole transaction: the one that it had read last may come again, with the row that it had.
    expect([6, 7]).toContain((await groups.records([topic])) - changes);
    await everythingSettles();
  });
});
