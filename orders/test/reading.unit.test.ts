import { describe, expect, test } from '@jest/globals';
import { createFindOrder, visibleTo } from '../src/find-orders.ts';
import { createLoaders } from '../src/loaders.ts';
import { pending, type Order } from '../src/order.ts';

const orderOf = (orderId: string, userId: string, at = 0): Order =>
  pending({ orderId, userId, productId: 'P', qty: 1, unitPrice: 5, totalPrice: 5, placedAt: new Date(at) });

describe('an order by id', () => {
  test('that the sink has not written yet is waited for', async () => {
    let asked = 0;
    const findOrder = createFindOrder({
      findOrders: (ids) => Promise.resolve(ids.map((id) => (++asked === 3 ? orderOf(id, 'U') : null))),
    });
    expect(await findOrder('O')).toEqual(orderOf('O', 'U'));
    expect(asked).toBe(3);
  });

  test('that never comes is null after 3 s, after few questions', async () => {
    let asked = 0;
    const findOrder = createFindOrder({
      findOrders: () => Promise.resolve([++asked < 0 ? orderOf('O', 'U') : null]),
    });
    const started = Date.now();
    expect(await findOrder('O')).toBeNull();
    expect(Date.now() - started).toBeGreaterThanOrEqual(2_990);
    expect(asked).toBeLessThan(20);
  }, 10_000);

  test('that no order can have is null at once, unasked', async () => {
    const findOrder = createFindOrder({ findOrders: () => Promise.reject(new Error('asked')) });
    expect(await findOrder('')).toBeNull();
    expect(await findOrder('\ud800')).toBeNull();
  });

  test('is seen by its owner and an admin; for others it looks as if there were none', () => {
    const order = orderOf('O', 'U');
    expect(visibleTo({ userId: 'U', role: 'customer' }, order)).toBe(order);
    expect(visibleTo({ userId: 'A', role: 'admin' }, order)).toBe(order);
    expect(visibleTo({ userId: 'V', role: 'customer' }, order)).toBeNull();
    expect(visibleTo(null, order)).toBeNull();
  });
});

describe('the orders of many users', () => {
  test('are one question for each different page, however many ask', async () => {
    const questions: string[][] = [];
    const loaders = createLoaders({
      findOrders: () => Promise.resolve([]),
      listOrders: {
        ofEveryone: () => Promise.resolve([]),
        ofUsers: (userIds) => {
          questions.push([...userIds]);
          return Promise.resolve(userIds.map((id) => [orderOf(`${id}-2`, id, 2), orderOf(`${id}-1`, id, 1)]));
        },
      },
    });
    const page = (first: number) => ({ first, after: null });
    const connections = await Promise.all([
      ...['A', 'B', 'C', 'A'].map((id) => loaders.ordersOfUser(id, page(1))),
      loaders.ordersOfUser('A', page(2)),
    ]);
    expect(questions).toEqual([['A', 'B', 'C'], ['A']]);
    expect(
      connections.map(({ nodes, pageInfo }) => [nodes.map(({ orderId }) => orderId), pageInfo.hasNextPage]),
    ).toEqual([
      [['A-2'], true],
      [['B-2'], true],
      [['C-2'], true],
      [['A-2'], true],
      [['A-2', 'A-1'], false],
    ]);
  });
});
