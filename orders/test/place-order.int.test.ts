import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { connectKafka, type TestKafka } from './kafka.ts';
import { startIssuer, startOrders, type Issuer, type RunningOrders } from './running-orders.ts';
import { poolOf, readStack } from './stack.ts';

const stack = readStack();
const owner = poolOf(stack, 'orders_owner');
const run = randomUUID().slice(0, 8);
const product = `place-${run}`;
const precious = `precious-${run}`;

type Order = { id: string; unitPrice: number; totalPrice: number; status: string; createdAt: string };
type Input = { productId?: string; qty?: unknown; idempotencyKey?: string; expectedUnitPrice?: unknown };

let kafka: TestKafka;
let issuer: Issuer;
let instances: [RunningOrders, RunningOrders];

const newUser = () => {
  const userId = `user-${randomUUID()}`;
  return { userId, token: issuer.tokenOf(userId) };
};
const setPrice = (id: string, unitPrice: number) =>
  owner.query(
    `INSERT INTO products (id, name, unit_price, created_at, updated_at) VALUES (?, 'Test', ?, NOW(3), NOW(3))
     ON DUPLICATE KEY UPDATE unit_price = VALUES(unit_price)`,
    [id, unitPrice],
  );

async function place(input: Input, token?: string, instance = instances[0]) {
  const answer = await instance.execute(
    `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) {
       id unitPrice totalPrice status createdAt user { id } product { id }
     } }`,
    { variables: { input: { productId: product, qty: 1, ...input } }, ...(token && { token }) },
  );
  return { ...answer, order: (answer.data as { placeOrder: Order } | null | undefined)?.placeOrder };
}

/** What of an order was settled when it was placed: the status may have moved on meanwhile. */
const placed = (order: Order | undefined) => order && { ...order, status: undefined };

/** What placing appended for these users; what becomes of their orders afterwards is others' business. */
async function appendedBy(userIds: string[], from: Map<number, bigint>) {
  const records = await kafka.since('orders.events', from);
  return records.filter(
    ({ value, headers }) =>
      headers['type'] === 'OrderPlaced' &&
      userIds.includes((JSON.parse(value ?? '{}') as { userId: string }).userId),
  );
}

beforeAll(async () => {
  issuer = await startIssuer();
  kafka = await connectKafka(stack);
  await setPrice(product, 1500);
  await setPrice(precious, Number.MAX_SAFE_INTEGER);
  instances = await Promise.all([
    startOrders(stack, issuer, `orders-test-${run}-1`),
    startOrders(stack, issuer, `orders-test-${run}-2`),
  ]);
}, 60_000);
afterAll(async () => {
  expect(await Promise.all(instances.map((instance) => instance.stop()))).toEqual([0, 0]);
  await owner.query('DELETE FROM products WHERE id IN (?)', [[product, precious]]);
  await Promise.all([owner.end(), kafka.disconnect(), issuer.stop()]);
}, 30_000);

describe('placing an order', () => {
  test('is one record of the contract on orders.events, keyed by the order id, and says which instance took it', async () => {
    const { userId, token } = newUser();
    const from = await kafka.endOf('orders.events');
    const { order, errors } = await place({ qty: 10, expectedUnitPrice: 1500 }, token, instances[1]);
    expect(errors).toEqual([]);
    expect(order).toMatchObject({
      ...{ unitPrice: 1500, totalPrice: 15_000, status: 'PENDING' },
      user: { id: userId },
      product: { id: product },
    });
    const [record, ...others] = await appendedBy([userId], from);
    expect(others).toEqual([]);
    expect(record?.key).toBe(order?.id);
    expect(Object.keys(record?.headers ?? {}).toSorted()).toEqual(['id', 'traceparent', 'type']);
    expect(JSON.parse(record?.value ?? '')).toEqual({
      ...{ productId: product, qty: 10, unitPrice: 1500, totalPrice: 15_000 },
      ...{ orderId: order?.id, userId, placedAt: order?.createdAt },
    });
    const line = instances[1]
      .log()
      .split('\n')
      .find((text) => text.includes(order?.id ?? '?'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ instance: `orders-test-${run}-2`, msg: 'order placed' });
    expect(instances[0].log()).not.toContain(order?.id);
  });

  test('at a price that reaches the replica only now waits for it', async () => {
    const late = `late-${randomUUID()}`;
    const { token } = newUser();
    const ordering = place({ productId: late, expectedUnitPrice: 700 }, token);
    await setPrice(late, 600);
    await setPrice(late, 700);
    expect((await ordering).order).toMatchObject({ unitPrice: 700 });
    await owner.query('DELETE FROM products WHERE id = ?', [late]);
  });

  test('that is refused has the code of its reason, and nothing is appended', async () => {
    const { userId, token } = newUser();
    const from = await kafka.endOf('orders.events');
    const refused: [Input, string][] = [
      [{ qty: 0 }, 'BAD_USER_INPUT'],
      [{ qty: -1 }, 'BAD_USER_INPUT'],
      [{ qty: 1.5 }, 'BAD_USER_INPUT'],
      [{ qty: 10_001 }, 'BAD_USER_INPUT'],
      [{ qty: 3_000_000_000 }, 'BAD_USER_INPUT'],
      [{ qty: '1' }, 'BAD_USER_INPUT'],
      [{ productId: '' }, 'BAD_USER_INPUT'],
      [{ productId: 'x'.repeat(65) }, 'BAD_USER_INPUT'],
      [{ idempotencyKey: '' }, 'BAD_USER_INPUT'],
      [{ idempotencyKey: 'x'.repeat(65) }, 'BAD_USER_INPUT'],
      [{ expectedUnitPrice: -1 }, 'BAD_USER_INPUT'],
      [{ expectedUnitPrice: 0.5 }, 'BAD_USER_INPUT'],
      [{ expectedUnitPrice: 2 ** 53 }, 'BAD_USER_INPUT'],
      [{ productId: precious, qty: 2 }, 'BAD_USER_INPUT'],
      [{ productId: `none-${run}` }, 'PRODUCT_NOT_FOUND'],
      [{ productId: product.toUpperCase() }, 'PRODUCT_NOT_FOUND'],
      [{ productId: `${product} ` }, 'PRODUCT_NOT_FOUND'],
      [{ expectedUnitPrice: 1499 }, 'PRICE_CHANGED'],
    ];
    const answers = await Promise.all(refused.map(([input]) => place(input, token)));
    expect(answers.map(({ codes }, index) => [refused[index]?.[0], ...codes])).toEqual(refused);
    expect(answers.at(-1)?.errors[0]?.message).toContain('1500');
    expect((await place({})).codes).toEqual(['UNAUTHENTICATED']);
    expect(await appendedBy([userId], from)).toEqual([]);
  });

  test('of the highest total there can be is accepted', async () => {
    const { token } = newUser();
    expect((await place({ productId: precious }, token)).order?.totalPrice).toBe(Number.MAX_SAFE_INTEGER);
  });
});

describe('an idempotency key', () => {
  test('stands for one order though 50 twins over two instances use it at once', async () => {
    const { userId, token } = newUser();
    const from = await kafka.endOf('orders.events');
    const twins = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        place({ qty: 3, idempotencyKey: 'twins' }, token, index % 2 === 0 ? instances[0] : instances[1]),
      ),
    );
    expect(twins.flatMap(({ errors }) => errors)).toEqual([]);
    expect(new Set(twins.map((twin) => JSON.stringify(placed(twin.order)))).size).toBe(1);

    const records = await appendedBy([userId], from);
    expect(records.length).toBeGreaterThan(0);
    const events = records.map(({ key, value, headers }) => [key, value, headers['id'], headers['type']]);
    expect(events).toEqual(records.map(() => events[0]));
  });

  test('stands for its order after the price has changed, even against the price that was expected', async () => {
    const changing = `changing-${randomUUID()}`;
    await setPrice(changing, 100);
    const { userId, token } = newUser();
    const input = { productId: changing, idempotencyKey: 'K', expectedUnitPrice: 100 };
    const first = await place(input, token);
    await setPrice(changing, 200);
    const from = await kafka.endOf('orders.events');
    const again = await place(input, token, instances[1]);
    expect(again.errors).toEqual([]);
    expect(placed(again.order)).toEqual(placed(first.order));
    expect(await appendedBy([userId], from)).toEqual([]);
    await owner.query('DELETE FROM products WHERE id = ?', [changing]);
  });

  test('with another input is IDEMPOTENCY_CONFLICT, and nothing is appended', async () => {
    const { userId, token } = newUser();
    await place({ qty: 1, idempotencyKey: 'K' }, token);
    const from = await kafka.endOf('orders.events');
    for (const other of [{ qty: 2 }, { expectedUnitPrice: 1500 }, { productId: precious }]) {
      expect((await place({ qty: 1, idempotencyKey: 'K', ...other }, token)).codes).toEqual([
        'IDEMPOTENCY_CONFLICT',
      ]);
    }
    expect(await appendedBy([userId], from)).toEqual([]);
  });

  test('of another customer, or another in case alone, is another key', async () => {
    const [one, other] = [newUser(), newUser()];
    const orders = await Promise.all([
      place({ idempotencyKey: 'key' }, one.token),
      place({ idempotencyKey: 'key' }, other.token),
      place({ idempotencyKey: 'KEY' }, one.token),
    ]);
    expect(new Set(orders.map(({ order }) => order?.id)).size).toBe(3);
  });
});

describe('the projector', () => {
  test('makes one row of each order, whoever appended it, and turns malformed records away with the reason', async () => {
    const { token, userId } = newUser();
    const from = await kafka.endOf('orders');
    const deadFrom = await kafka.endOf('orders-projector.dlq');
    const typed = {
      productId: product,
      qty: 2,
      unitPrice: 1500,
      totalPrice: 3000,
      orderId: `typed-${run}`,
      userId,
    };
    const bad = { ...typed, orderId: `bad-${run}`, totalPrice: 1 };
    await kafka.produce('orders.events', [
      { value: JSON.stringify(bad) },
      { value: JSON.stringify(typed) },
      { value: JSON.stringify({ productId: `movement-${run}`, qty: 1 }) },
      { value: `not JSON ${run}` },
    ]);
    const { order } = await place({}, token);
    const rows = await until(async () => {
      const values = (await kafka.since('orders', from)).map(
        ({ value }) => JSON.parse(value ?? '') as Envelope,
      );
      // Catalogs does not know the product: each order is rejected some time later.
      const mine = values
        .map(({ payload }) => payload)
        .filter(({ user_id, status }) => user_id === userId && status === 'PENDING');
      return mine.length >= 2 && mine;
    });
    expect(rows.map(({ order_id, status }) => `${order_id} ${status}`).toSorted()).toEqual(
      [`${order?.id} PENDING`, `typed-${run} PENDING`].toSorted(),
    );
    const reasons = await until(async () => {
      const dead = (await kafka.since('orders-projector.dlq', deadFrom)).filter(({ value }) =>
        value?.includes(run),
      );
      return dead.length >= 2 && dead.map(({ headers }) => headers['dead-letter-reason']);
    });
    expect(reasons.toSorted()).toEqual(['the value is not JSON', 'totalPrice is 1; expected 3000']);
  }, 30_000);

  type Envelope = { payload: { order_id: string; user_id: string; status: string } };

  async function until<T>(look: () => Promise<T | false>): Promise<T> {
    for (const deadline = Date.now() + 15_000; ;) {
      const seen = await look();
      if (seen) return seen;
      if (Date.now() > deadline)
        throw new Error(`not seen in time; the instances said:\n${instances[0].log()}`);
    }
  }
});
