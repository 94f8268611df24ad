import { randomUUID } from 'node:crypto';
import { afterAll, describe, expect, test } from '@jest/globals';
import { poolOf, readStack, upsert, type Row } from './stack.ts';

const stack = readStack();
const sink = poolOf(stack, 'orders_sink');
const owner = poolOf(stack, 'orders_owner');
const userId = `trigger-${randomUUID()}`;

const statuses = ['PENDING', 'CONFIRMED', 'REJECTED', 'CANCELLED'] as const;
const allowed = ['PENDING CONFIRMED', 'PENDING REJECTED', 'PENDING CANCELLED', 'CONFIRMED CANCELLED'];
const before = new Date('2026-01-01T00:00:00.001Z');
const after = new Date('2026-01-02T00:00:00.002Z');

function rowOf(orderId: string, status: string, at: Date, more: Partial<Row> = {}): Row {
  return {
    order_id: orderId,
    user_id: userId,
    product_id: 'P',
    qty: 1,
    unit_price: 5,
    total_price: 5,
    status,
    reason: status === 'REJECTED' ? `reason at ${at.toISOString()}` : null,
    created_at: before,
    updated_at: at,
    ...more,
  };
}

async function stored(orderId: string): Promise<Row | undefined> {
  const columns = Object.keys(rowOf('', '', before)).join(', ');
  const [row] = await sink.query<Row[]>(`SELECT ${columns} FROM orders WHERE order_id = ?`, [orderId]);
  return row;
}

afterAll(async () => {
  await owner.query('DELETE FROM orders WHERE user_id = ?', [userId]);
  await Promise.all([sink.end(), owner.end()]);
});

describe('a row that the sink upserts', () => {
  for (const from of statuses) {
    for (const to of statuses) {
      const moves = allowed.includes(`${from} ${to}`);
      test(`${from} ${moves ? 'becomes' : 'does not become'} ${to}`, async () => {
        const orderId = randomUUID();
        const [first, second] = [rowOf(orderId, from, before), rowOf(orderId, to, after)];
        await upsert(sink, [first]);
        await upsert(sink, [second]);
        expect(await stored(orderId)).toEqual(moves ? second : first);
      });
    }
  }

  test('keeps status, reason and time of change when late and repeated rows come in one batch', async () => {
    const orderId = randomUUID();
    const history = ['PENDING', 'REJECTED', 'PENDING', 'CONFIRMED', 'CANCELLED', 'REJECTED'];
    const rows = history.map((status, index) => rowOf(orderId, status, new Date(before.getTime() + index)));
    await upsert(sink, rows);
    await upsert(sink, rows);
    expect(await stored(orderId)).toEqual(rows[1]);
  });

  test('keeps the time it was placed at, by which lists are ordered', async () => {
    const orderId = randomUUID();
    await upsert(sink, [rowOf(orderId, 'PENDING', before)]);
    await upsert(sink, [rowOf(orderId, 'CONFIRMED', after, { created_at: after })]);
    expect(await stored(orderId)).toMatchObject({
      status: 'CONFIRMED',
      created_at: before,
      updated_at: after,
    });
  });

  test('has the status PENDING and the current time when its envelope says neither', async () => {
    const orderId = randomUUID();
    await sink.query(
      `INSERT INTO orders (order_id, user_id, product_id, qty, unit_price, total_price) VALUES (?, ?, 'P', 1, 5, 5)`,
      [orderId, userId],
    );
    const row = await stored(orderId);
    expect(row).toMatchObject({ status: 'PENDING', reason: null });
    expect(Math.abs(Date.now() - (row?.created_at.getTime() ?? 0))).toBeLessThan(60_000);
  });

  test('is another one if its order id differs in case, accent or a blank at the end', async () => {
    const id = randomUUID();
    const ids = [`${id}-e`, `${id}-E`, `${id}-é`, `${id}-e `];
    await upsert(
      sink,
      ids.map((orderId, index) => rowOf(orderId, 'PENDING', before, { qty: index + 1 })),
    );
    expect(await Promise.all(ids.map(async (orderId) => (await stored(orderId))?.qty))).toEqual([1, 2, 3, 4]);
  });
});

test('the service’s own account can write neither orders nor prices', async () => {
  const service = poolOf(stack, 'orders');
  for (const table of ['orders', 'products', 'probes']) {
    await expect(service.query(`DELETE FROM ${table} WHERE 1 = 0`)).rejects.toMatchObject({ errno: 1142 });
  }
  await service.end();
});
