import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAppender } from '@ordermesh/chassis/appender';
import { createHealth } from '@ordermesh/chassis/health';
import { createKafka } from '@ordermesh/chassis/kafka';
import { createLogger } from '@ordermesh/chassis/log';
import { createCancelOrder } from '../src/cancel-order.ts';
import { pending } from '../src/order.ts';
import { connectKafka, type TestKafka } from './kafka.ts';
import { freePort, startIssuer, startOrders, type Issuer, type RunningOrders } from './running-orders.ts';
import { poolOf, readStack, upsert } from './stack.ts';

const stack = readStack();
const sink = poolOf(stack, 'orders_sink');
const owner = poolOf(stack, 'orders_owner');
const run = randomUUID().slice(0, 8);
const userId = `cancel-${run}`;
const createdAt = new Date('2026-01-01T00:00:00.001Z');

let kafka: TestKafka;
let issuer: Issuer;
let instances: [RunningOrders, RunningOrders];

/** An order in the table, as if the sink had written it. */
async function stored(status: string, orderId = `${run}-${randomUUID().slice(0, 8)}`): Promise<string> {
  await upsert(sink, [
    {
      ...{ order_id: orderId, user_id: userId, product_id: `P-${run}` },
      ...{ qty: 10, unit_price: 1500, total_price: 15_000, status },
      reason: status === 'REJECTED' ? 'OUT_OF_STOCK' : null,
      ...{ created_at: createdAt, updated_at: createdAt },
    },
  ]);
  return orderId;
}

const ownToken = () => issuer.tokenOf(userId);

async function cancel(id: string, token: string | null = ownToken(), instance = instances[0]) {
  const answer = await instance.execute('mutation ($id: ID!) { cancelOrder(id: $id) { id status reason } }', {
    variables: { id },
    ...(token !== null && { token }),
  });
  return { ...answer, order: (answer.data as { cancelOrder: object } | null | undefined)?.cancelOrder };
}

/** The wishes that were appended since for an order. */
async function wishes(orderId: string, from: Map<number, bigint>) {
  const records = await kafka.since('orders.events', from);
  return records.filter(({ key, headers }) => key === orderId && headers['type'] === 'OrderCancelRequested');
}

beforeAll(async () => {
  issuer = await startIssuer();
  kafka = await connectKafka(stack);
  instances = await Promise.all([
    startOrders(stack, issuer, `orders-cancel-${run}-1`),
    startOrders(stack, issuer, `orders-cancel-${run}-2`),
  ]);
}, 60_000);
afterAll(async () => {
  expect(await Promise.all(instances.map((instance) => instance.stop()))).toEqual([0, 0]);
  await owner.query('DELETE FROM orders WHERE user_id = ?', [userId]);
  await Promise.all([sink.end(), owner.end(), kafka.disconnect(), issuer.stop()]);
}, 30_000);

describe('cancelling an order', () => {
  test.each([
    ['its owner', 'PENDING'],
    ['its owner', 'CONFIRMED'],
    ['an admin', 'CONFIRMED'],
  ])('by %s while it is %s is one record of the contract, and answers it as it is', async (who, status) => {
    const id = await stored(status);
    const from = await kafka.endOf('orders.events');
    const { order, errors } = await cancel(
      id,
      who === 'an admin' ? issuer.tokenOf('A', 'admin') : ownToken(),
    );
    expect(errors).toEqual([]);
    expect(order).toEqual({ id, status, reason: null });
    const [record, ...others] = await wishes(id, from);
    expect(others).toEqual([]);
    expect(Object.keys(record?.headers ?? {}).toSorted()).toEqual(['id', 'traceparent', 'type']);
    expect(JSON.parse(record?.value ?? '')).toEqual({
      ...{ orderId: id, userId, productId: `P-${run}`, qty: 10, unitPrice: 1500, totalPrice: 15_000 },
      placedAt: createdAt.toISOString(),
    });
  });

  test('twice, from two instances at once, is the same event', async () => {
    const id = await stored('PENDING');
    const from = await kafka.endOf('orders.events');
    const answers = await Promise.all(instances.map((instance) => cancel(id, ownToken(), instance)));
    expect(answers.flatMap(({ errors }) => errors)).toEqual([]);
    const events = (await wishes(id, from)).map(({ value, headers }) => `${headers['id']} ${value}`);
    expect(new Set(events).size).toBe(1);
  });

  test('that the sink has not written yet waits for it', async () => {
    const id = `late-${run}`;
    const cancelling = cancel(id);
    const writing = new Promise((resolve) => setTimeout(resolve, 300)).then(() => stored('PENDING', id));
    expect((await cancelling).order).toEqual({ id, status: 'PENDING', reason: null });
    await writing;
  });

  test('that is cancelled already answers it unchanged, and appends nothing', async () => {
    const id = await stored('CANCELLED');
    const from = await kafka.endOf('orders.events');
    const { order, errors } = await cancel(id);
    expect(errors).toEqual([]);
    expect(order).toEqual({ id, status: 'CANCELLED', reason: null });
    expect(await wishes(id, from)).toEqual([]);
  });

  test('that is refused has the code of its reason, and nothing is appended', async () => {
    const [rejected, foreign] = [await stored('REJECTED'), await stored('CONFIRMED')];
    const from = await kafka.endOf('orders.events');
    const stranger = issuer.tokenOf(`stranger-${run}`);
    const answers = await Promise.all([
      cancel(rejected),
      cancel(foreign, stranger),
      cancel(`none-${run}`),
      cancel('x'.repeat(65)),
      cancel(foreign.toUpperCase()),
      cancel(foreign, null),
    ]);
    expect(answers.flatMap(({ codes }) => codes)).toEqual([
      'NOT_CANCELLABLE',
      'ORDER_NOT_FOUND',
      'ORDER_NOT_FOUND',
      'ORDER_NOT_FOUND',
      'ORDER_NOT_FOUND',
      'UNAUTHENTICATED',
    ]);
    expect(await wishes(rejected, from)).toEqual([]);
    expect(await wishes(foreign, from)).toEqual([]);
  }, 10_000);

  test('while the broker is away is SERVICE_UNAVAILABLE within 5 s', async () => {
    const identity = { service: 'test', instance: 'test' };
    const log = createLogger({ ...identity, level: 'silent' });
    const nobody = createKafka({ brokers: [`127.0.0.1:${await freePort()}`], clientId: 'test', log });
    const appender = createAppender({ kafka: nobody, health: createHealth(identity), log });
    const order = pending({
      ...{ orderId: 'O', userId, productId: 'P', qty: 1, unitPrice: 5, totalPrice: 5 },
      placedAt: createdAt,
    });
    const cancelOrder = createCancelOrder({ findOrder: () => Promise.resolve(order), appender, log });
    const started = Date.now();
    await expect(cancelOrder({ userId, role: 'customer' }, 'O')).rejects.toMatchObject({
      extensions: { code: 'SERVICE_UNAVAILABLE' },
    });
    expect(Date.now() - started).toBeLessThan(5_000);
    await appender.stop();
  }, 15_000);
});
