import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createKafkaClient, runningStack, waitFor } from '@ordermesh/stack/testing';
import type { Connection } from 'mariadb';
import { startOrderFlow } from '../src/order-flow.ts';
import { createShop } from '../src/shop.ts';
import { connectToDatabase } from '../src/sql.ts';

const stack = runningStack();
const shop = createShop(stack.graphql, stack.demo.admin.token);
const kafka = createKafkaClient(stack.kafkaBrokers);
const producer = kafka.producer();
const admin = kafka.admin();
let sql: Connection;
let token: string;
let productId: string;

beforeAll(async () => {
  sql = await connectToDatabase(stack);
  await Promise.all([producer.connect(), admin.connect()]);
  token = (await shop.signUp()).token;
  productId = await shop.addProduct({ stock: 100_000 });
});
afterAll(async () => {
  await Promise.all([sql?.end(), producer.disconnect(), admin.disconnect()]);
});

/** `npm run -s rebuild`, as processes of their own; they end when the signal says so. */
async function rebuildUntil(signal: AbortSignal | undefined, ...args: string[]) {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const child = spawn(process.execPath, ['stack/src/rebuild.ts', '--data', stack.dir, ...args], {
    cwd: root,
    detached: true,
  });
  signal?.addEventListener('abort', () => child.pid && process.kill(-child.pid, 'SIGKILL'));
  const code = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, out, err };
}
const rebuild = (...args: string[]) => rebuildUntil(undefined, ...args);

const field = (name: string, type: string) => ({ field: name, type, optional: false });
const sixFields = [
  ...['order_id', 'user_id', 'product_id'].map((name) => field(name, 'string')),
  ...[field('qty', 'int32'), field('unit_price', 'int64'), field('total_price', 'int64')],
];
/** An envelope of the topic `orders`, as a person types it. */
const envelope = (orderId: string, more: Record<string, unknown> = {}, fields: unknown[] = []) =>
  JSON.stringify({
    schema: { type: 'struct', name: 'orders', optional: false, fields: [...sixFields, ...fields] },
    payload: {
      ...{ order_id: orderId, user_id: 'typist', product_id: 'P', qty: 2, unit_price: 5, total_price: 10 },
      ...more,
    },
  });

/** The same as an event that a person types. */
const event = (orderId: string, qty: number) =>
  JSON.stringify({ orderId, userId: 'typist', productId: 'P', qty, unitPrice: 5, totalPrice: qty * 5 });
const type = (topic: string, key: string, value: string) =>
  producer.send({ topic, messages: [{ key, value }] });

type Row = Record<string, unknown> & { order_id: string };

async function rowsOf(orderIds: string[]): Promise<Map<string, Row>> {
  const rows = await sql.query<Row[]>('SELECT * FROM orders.orders WHERE order_id IN (?)', [orderIds]);
  return new Map(rows.map((row) => [row.order_id, row]));
}
const without = (name: string, row: Row | undefined) => ({ ...row, [name]: undefined });

async function settledOrders(count: number): Promise<string[]> {
  const placed = await Promise.all(
    Array.from({ length: count }, () => shop.placeOrder(token, { productId, qty: 1 })),
  );
  await Promise.all(placed.map(({ id }) => shop.settled(token, id, 'CONFIRMED')));
  return placed.map(({ id }) => id);
}

const deadLetters = async () =>
  (await admin.fetchTopicOffsets('orders-sink.dlq')).reduce((sum, { high }) => sum + Number(high), 0);

/** Overwrites rows past the trigger, as a slip of the hand or a bad restore would. */
async function overwrite(orderIds: string[], change: string): Promise<void> {
  await sql.query(
    `CREATE OR REPLACE TEMPORARY TABLE orders.damaged AS SELECT * FROM orders.orders WHERE order_id IN (?)`,
    [orderIds],
  );
  await sql.query(`UPDATE orders.damaged SET ${change}`);
  await sql.query('REPLACE INTO orders.orders SELECT * FROM orders.damaged');
}

describe('rebuilding the orders table from the log', () => {
  const ghost = `ghost-${randomUUID()}`;
  const typed = { plain: randomUUID(), cancelled: randomUUID(), refused: randomUUID() };

  test('mends what is missing or wrong while orders are placed, and nobody sees a right row change', async () => {
    const before = await deadLetters();
    const now = { status: 'CANCELLED' };
    const twice = envelope(typed.refused).replace('"qty":2', '"qty":3,"qty":2');
    await producer.send({
      topic: 'orders',
      messages: [
        { value: envelope(typed.plain) },
        { value: envelope(typed.cancelled, now, [field('status', 'string')]) },
        // No JSON to the sink, though it reads like an envelope to others.
        { value: twice },
      ],
    });
    const ids = await settledOrders(24);
    await waitFor(async () => (await rowsOf(Object.values(typed))).size === 2, { what: 'typed envelopes' });
    await waitFor(async () => (await deadLetters()) > before, { what: 'the dead letter' });
    const intact = await rowsOf([...ids, ...Object.values(typed)]);
    const [deleted, cancelled, pending, miscounted, right] = [0, 4, 8, 12, 16].map((n) =>
      ids.slice(n, n + 4),
    );
    if (!deleted || !cancelled || !pending || !miscounted || !right) throw new Error('too few orders');

    const flow = startOrderFlow({ shop, tokens: [token], productIds: [productId] });
    await flow.more(5);
    await sql.query('DELETE FROM orders.orders WHERE order_id IN (?)', [[...deleted, typed.plain]]);
    await overwrite(cancelled, `status = 'CANCELLED', updated_at = '2026-01-01'`);
    await overwrite(pending, `status = 'PENDING', reason = 'lost'`);
    await overwrite(miscounted, 'qty = qty + 1, total_price = 0');
    await sql.query(
      `INSERT INTO orders.orders (order_id, user_id, product_id, qty, unit_price, total_price) VALUES (?, 'g', 'g', 1, 1, 1)`,
      [ghost],
    );
    let looking = true;
    const seen = new Set<string>();
    const watching = (async () => {
      const reader = await connectToDatabase(stack);
      while (looking) {
        const rows = await reader.query<Row[]>(
          'SELECT status, qty FROM orders.orders WHERE order_id IN (?) ORDER BY order_id',
          [right],
        );
        seen.add(JSON.stringify(rows));
      }
      await reader.end();
    })();
    const ran = await rebuild('orders').finally(() => (looking = false));
    await watching;
    await flow.more(5);
    const taken = await flow.stop();

    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('left alone ');
    expect(seen.size).toBe(1);
    const after = await rowsOf([...ids, ...Object.values(typed), ghost]);
    for (const id of [...cancelled, ...pending, ...miscounted, ...right, typed.cancelled])
      expect(after.get(id)).toEqual(intact.get(id));
    for (const id of deleted) expect(without('id', after.get(id))).toEqual(without('id', intact.get(id)));
    expect(after.get(typed.plain)).toMatchObject({ status: 'PENDING', qty: 2, total_price: 10 });
    expect(after.has(typed.refused)).toBe(false);
    expect(after.has(ghost)).toBe(true);

    // Whatever came meanwhile is settled like any other, and agrees with the log.
    await Promise.all(taken.answered.map((id) => shop.settled(token, id)));
    expect(taken.refused).toEqual([]);
  }, 180_000);

  test('deletes rows of which no record tells only when asked to, and then finds nothing to do', async () => {
    expect(await rebuild('orders', '--prune')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^removed \d+ rows/m),
    });
    expect((await rowsOf([ghost])).size).toBe(0);
    const { code, out } = await rebuild('orders', '--dry-run');
    expect(code).toBe(0);
    expect(out).toContain('0 rows are missing, 0 differ from the log; nothing was changed');
    expect(await sql.query(`SHOW TABLES FROM orders LIKE 'orders\\_rebuilt'`)).toEqual([]);
  }, 120_000);

  test('leaves an order alone that was typed into both topics, whichever was last, and makes it the same again', async () => {
    const [eventLast, envelopeLast, elsewhere] = [randomUUID(), randomUUID(), randomUUID()];
    const ids = [eventLast, envelopeLast, elsewhere];
    const showing = (id: string, row: Record<string, unknown>) =>
      waitFor(
        async () => {
          const found = (await rowsOf([id])).get(id);
          return Object.entries(row).every(([name, value]) => found?.[name] === value);
        },
        { what: `${id} with ${JSON.stringify(row)}` },
      );
    await type('orders', eventLast, envelope(eventLast));
    await type('orders.events', envelopeLast, event(envelopeLast, 10));
    await producer.send({
      topic: 'orders',
      messages: [{ partition: 0, value: envelope(elsewhere, { qty: 1, total_price: 5 }) }],
    });
    await showing(eventLast, { qty: 2 });
    await showing(envelopeLast, { qty: 10, status: 'REJECTED' });
    await showing(elsewhere, { qty: 1 });
    await type('orders.events', eventLast, event(eventLast, 10));
    await type('orders', envelopeLast, envelope(envelopeLast));
    // Without a key it may land anywhere: no partition says that it came after the other.
    await producer.send({ topic: 'orders', messages: [{ partition: 1, value: envelope(elsewhere) }] });
    await showing(eventLast, { qty: 10, status: 'REJECTED' });
    await showing(envelopeLast, { qty: 2, status: 'REJECTED' });
    await showing(elsewhere, { qty: 2 });

    const right = await rowsOf(ids);
    expect((await rebuild('orders')).code).toBe(0);
    expect(await rowsOf(ids)).toEqual(right);

    await overwrite([eventLast, envelopeLast], 'qty = 7');
    expect((await rebuild('orders')).code).toBe(0);
    expect(await rowsOf(ids)).toEqual(right);

    await sql.query('DELETE FROM orders.orders WHERE order_id IN (?)', [ids]);
    expect((await rebuild('orders')).code).toBe(0);
    const again = await rowsOf(ids);
    for (const id of [eventLast, envelopeLast])
      expect(again.get(id)).toMatchObject({
        ...right.get(id),
        id: again.get(id)?.['id'],
        created_at: expect.any(Date),
        updated_at: expect.any(Date),
      });
    expect(again.get(elsewhere)).toMatchObject({ qty: 2, total_price: 10 });
  }, 120_000);

  test('of two at once, one does it and the other says so', async () => {
    const ran = await Promise.all([rebuild('orders'), rebuild('orders')]);
    expect(ran.map(({ code }) => code).sort()).toEqual([0, 1]);
    expect(ran.map(({ err }) => err).join('')).toBe('rebuild: the table is being rebuilt by somebody else\n');
  }, 60_000);

  test('a table that was dropped is made anew, by a second run if the first was killed in the middle', async () => {
    const [id] = await settledOrders(1);
    if (id === undefined) throw new Error('no order');
    const before = (await rowsOf([id])).get(id);
    const isThere = async (table: string) =>
      (await sql.query<unknown[]>(`SHOW TABLES FROM orders LIKE ?`, [table])).length > 0;
    await sql.query('DROP TABLE orders.orders');
    expect(await rebuild('orders', '--dry-run')).toEqual({
      code: 0,
      out: 'the table orders is missing; nothing was changed\n',
      err: '',
    });
    expect(await isThere('orders')).toBe(false);

    const killing = new AbortController();
    const killed = rebuildUntil(killing.signal, 'orders');
    await waitFor(() => isThere('orders\\_rebuilt'), { what: 'the shadow table' });
    killing.abort();
    expect((await killed).code).toBeNull();
    // The server notices that the client is gone, and gives up its turn.
    await waitFor(async () => (await rebuild('orders')).code === 0, { what: 'the second run' });
    expect(without('id', (await rowsOf([id])).get(id))).toEqual(without('id', before));
    expect(await isThere('orders\\_rebuilt')).toBe(false);
  }, 120_000);

  test.each<[string, number, RegExp, ...string[]]>([
    ['no name', 2, /^name what to rebuild: orders /],
    ['another name', 2, /^name what to rebuild: orders /, 'catalogs'],
    ['an unknown option', 2, /^Unknown option '--now' \(see --help\)$/, 'orders', '--now'],
  ])('%s is one line, exit code %i', async (_, code, line, ...args) => {
    const ran = await rebuild(...args);
    expect(ran).toMatchObject({ code, out: '' });
    expect(ran.err.trimEnd()).toMatch(line);
  });
});
