import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createDatabase } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createLogger } from '@ordermesh/chassis/log';
import type { Page } from '@ordermesh/chassis/pagination';
import { entities } from '../src/entities.ts';
import { createFindOrders } from '../src/find-orders.ts';
import { createListOrders } from '../src/list-orders.ts';
import type { Order } from '../src/order.ts';
import { databaseOf, poolOf, readStack, upsert } from './stack.ts';

const stack = readStack();
const sink = poolOf(stack, 'orders_sink');
const owner = poolOf(stack, 'orders_owner');
const database = createDatabase({
  config: databaseOf(stack, 'orders'),
  entities,
  health: createHealth({ service: 'test', instance: 'test' }),
  log: createLogger({ service: 'test', instance: 'test', level: 'silent' }),
});
const listOrders = createListOrders({ database });
const findOrders = createFindOrders({ database });

const run = randomUUID().slice(0, 8);
const users = Array.from({ length: 20 }, (_, index) => `list-${run}-${index}`);
const userOf = (index: number): string => users[index] ?? '';
const perUser = 250;
const orderId = (index: number) => `${run}-${String(index).padStart(5, '0')}`;
/** Orders of one user share a millisecond in threes, so that pages break within a tie. */
const createdAt = (index: number) =>
  new Date(Date.parse('2026-01-01T00:00:00Z') + Math.floor(index / users.length / 3));
const expectedIds = (user: number) =>
  Array.from({ length: perUser }, (_, number) => orderId(number * users.length + user)).toReversed();
const idsOf = (orders: Order[] = []) => orders.map((order) => order.orderId);

beforeAll(async () => {
  await database.start();
  await upsert(
    sink,
    Array.from({ length: users.length * perUser }, (_, index) => ({
      order_id: orderId(index),
      user_id: userOf(index % users.length),
      product_id: 'P',
      qty: 1,
      unit_price: 5,
      total_price: 5,
      status: 'CONFIRMED',
      reason: null,
      created_at: createdAt(index),
      updated_at: createdAt(index),
    })),
  );
}, 60_000);
afterAll(async () => {
  await owner.query('DELETE FROM orders WHERE user_id IN (?)', [users]);
  await Promise.all([sink.end(), owner.end(), database.stop()]);
});

/** All statements that reach the server while `work` runs, with the rows that it read to answer them. */
async function watched<T>(work: (lists: ReturnType<typeof createListOrders>) => Promise<T>) {
  const statements: { text: string; values: unknown }[] = [];
  const query: typeof database.sql.query = (text, values) => {
    statements.push({ text: String(text), values });
    return database.sql.query(text, values);
  };
  const answer = await work(createListOrders({ database: { ...database, sql: { ...database.sql, query } } }));
  return { answer, statements };
}

const explain = ({ text, values }: { text: string; values: unknown }) =>
  database.sql.query<
    { type: string; key: string | null; Extra: string; table: string | null; rows: number }[]
  >(`EXPLAIN ${text}`, values);

describe('a list of orders', () => {
  test('is newest first and whole, page by page, ties included', async () => {
    const seen: string[] = [];
    let after: Page['after'] = null;
    do {
      const [rows = []] = await listOrders.ofUsers([userOf(3)], { first: 17, after });
      const page = rows.slice(0, 17);
      seen.push(...idsOf(page));
      const last = page.at(-1);
      after = rows.length > 17 && last ? { createdAt: last.createdAt, id: last.orderId } : null;
    } while (after);
    expect(seen).toEqual(expectedIds(3));
  });

  test('of everyone goes on after a position, whoever ordered', async () => {
    const position = { createdAt: createdAt(users.length * 30), id: orderId(users.length * 30) };
    const rows = await listOrders.ofEveryone({ first: 40, after: position });
    const mine = idsOf(rows).filter((id) => id.startsWith(run));
    const before = Array.from({ length: users.length * 30 }, (_, index) => orderId(index)).toReversed();
    expect(mine).toEqual(before.slice(0, mine.length));
    expect(mine.length).toBeGreaterThan(0);
  });

  test('of many users is one statement, each with a page of their own', async () => {
    const asked = [...users, `nobody-${run}`];
    const { answer, statements } = await watched((lists) => lists.ofUsers(asked, { first: 5, after: null }));
    expect(statements).toHaveLength(1);
    expect(answer.map(idsOf)).toEqual([...users.map((_, user) => expectedIds(user).slice(0, 6)), []]);
  });

  const middle: Page['after'] = { createdAt: createdAt(users.length * 120), id: orderId(users.length * 120) };
  test.each<
    [string, Page['after'], (lists: ReturnType<typeof createListOrders>, page: Page) => Promise<unknown>]
  >([
    ['one user', null, (lists, page) => lists.ofUsers([userOf(0)], page)],
    ['one user', middle, (lists, page) => lists.ofUsers([userOf(0)], page)],
    ['many users', middle, (lists, page) => lists.ofUsers(users, page)],
    ['everyone', null, (lists, page) => lists.ofEveryone(page)],
    ['everyone', middle, (lists, page) => lists.ofEveryone(page)],
  ])('of %s after %j is read off an index: nothing is scanned or sorted for it', async (_, after, list) => {
    const { statements } = await watched((lists) => list(lists, { first: 20, after }));
    const [statement] = statements;
    if (!statement) throw new Error('nothing was asked');
    const plan = (await explain(statement)).filter(({ table }) => table === 'orders');
    expect(plan.length).toBeGreaterThan(0);
    for (const { type, key, Extra } of plan) {
      expect(key).toMatch(/^orders_by_(user|time)$/);
      expect(['ref', 'range', 'index']).toContain(type);
      expect(Extra).not.toContain('filesort');
    }
    // Off the index, and for many users into one list and out of it again.
    expect(await rowsRead(statement)).toBeLessThanOrEqual(3 * 21 * plan.length + 100);
  });

  /** How many rows the server read from tables and indexes for a statement. */
  async function rowsRead({ text, values }: { text: string; values: unknown }): Promise<number> {
    const connection = await sink.getConnection();
    try {
      const total = async () => {
        const counters = await connection.query<{ Value: string }[]>(
          `SHOW SESSION STATUS WHERE Variable_name IN
             ('Handler_read_next', 'Handler_read_prev', 'Handler_read_key', 'Handler_read_rnd_next')`,
        );
        return counters.reduce((sum, { Value }) => sum + Number(Value), 0);
      };
      const before = await total();
      await connection.query(text, values);
      return (await total()) - before;
    } finally {
      await connection.release();
    }
  }
});

describe('orders by id', () => {
  test('come in the order asked for, null for those that are not there, numbers and times exact', async () => {
    const [first, missing, second] = await findOrders([orderId(7), `none-${run}`, orderId(3)]);
    expect(missing).toBeNull();
    expect(second?.orderId).toBe(orderId(3));
    expect(first).toEqual({
      orderId: orderId(7),
      userId: userOf(7),
      productId: 'P',
      qty: 1,
      unitPrice: 5,
      totalPrice: 5,
      status: 'CONFIRMED',
      reason: null,
      createdAt: createdAt(7),
      updatedAt: createdAt(7),
    });
  });
});
