import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createAppender, type Append, type Appender } from '@ordermesh/chassis/appender';
import { createHealth } from '@ordermesh/chassis/health';
import { createKafka } from '@ordermesh/chassis/kafka';
import { createLogger } from '@ordermesh/chassis/log';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { toEnvelope } from '../src/envelope.ts';
import { orderPlaced } from '../src/events.ts';
import type { PlacedOrder } from '../src/order.ts';
import { createProjectOrders } from '../src/project-orders.ts';
import { createSettleOrders } from '../src/settle-orders.ts';
import { connectKafka, type Found, type TestKafka } from './kafka.ts';
import { consumed, recordOf } from './records.ts';
import { startIssuer, startOrders, type Issuer, type RunningOrders } from './running-orders.ts';
import { poolOf, readStack } from './stack.ts';
import { watchRow } from './watch-row.ts';

const stack = readStack();
const sink = poolOf(stack, 'orders_sink');
const owner = poolOf(stack, 'orders_owner');
const run = randomUUID().slice(0, 8);
const userId = `settle-${run}`;
const identity = { service: 'test', instance: 'test' };
const log = createLogger({ ...identity, level: 'silent' });
const appender = createAppender({
  kafka: createKafka({ brokers: stack.kafkaBrokers.split(','), clientId: 'settle-test', log }),
  health: createHealth(identity),
  log,
});

const newOrder = (): PlacedOrder => ({
  ...{ orderId: randomUUID(), userId, productId: `P-${run}`, qty: 1, unitPrice: 5, totalPrice: 5 },
  placedAt: new Date('2026-01-01T00:00:00.000Z'),
});

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await delay(20)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`not seen within 30 s: ${what}`);
}

beforeAll(() => appender.start());
afterAll(async () => {
  await appender.stop();
  await owner.query('DELETE FROM orders WHERE user_id = ?', [userId]);
  await Promise.all([sink.end(), owner.end()]);
});

/**
 * The way of one order's events from the outcomes to its row, through the real topic `orders`, connector and table. What
 * stands on orders.events is kept here: on the topic the other services would have their say.
 */
function follow(order: PlacedOrder) {
  const events: ConsumedRecord[] = [];
  const onOrdersEvents: Pick<Appender, 'append'> = {
    append: (event) => {
      events.push(consumed(event, order.placedAt.getTime() + 1_000 * (events.length + 1)));
      return Promise.resolve();
    },
  };
  const outcome = (type: string, more: object = {}): ConsumedRecord =>
    recordOf(
      type.startsWith('Stock') ? 'catalogs.events' : 'users.events',
      { ...order, ...more },
      { headers: { type } },
    );

  async function settle(outcomes: ConsumedRecord[], through: Pick<Appender, 'append'> = onOrdersEvents) {
    const { parse, apply } = createSettleOrders({ appender: through });
    await apply(outcomes.flatMap((record) => parse(record) ?? []));
  }

  async function project(records: ConsumedRecord[], through: Pick<Appender, 'append'> = appender) {
    const { parse, apply } = createProjectOrders({ appender: through });
    await apply(records.flatMap((record) => parse(record) ?? []));
  }

  /** Resolves when the sink has written everything so far: a row behind it, in the same partition, is there. */
  async function written(): Promise<void> {
    const marker = { ...order, orderId: `marker-${randomUUID()}`.slice(0, 64) };
    const change = { ...marker, status: 'PENDING' as const, reason: null, changedAt: marker.placedAt };
    await appender.append({ ...toEnvelope(change, { id: marker.orderId }), key: order.orderId });
    await until('the row of a marker', async () => {
      const rows = await sink.query<unknown[]>('SELECT 1 FROM orders WHERE order_id = ?', [marker.orderId]);
      return rows[0];
    });
  }

  let projected = 0;
  /** Projects what is new on orders.events. */
  async function goOn(): Promise<void> {
    await project(events.slice(projected));
    projected = events.length;
    await written();
  }

  return { events, onOrdersEvents, outcome, settle, project, written, goOn };
}

/** An appender of an instance that stalls: what it is given leaves only when it wakes. */
function stalled(through: Pick<Appender, 'append'>) {
  const wake = Promise.withResolvers<undefined>();
  const append = async (record: Append) => {
    await wake.promise;
    await through.append(record);
  };
  return { append, wake: () => wake.resolve(undefined) };
}

describe('a row, watched throughout, moves only forwards', () => {
  test('when every event of a cancelled order is delivered again, and all topics are replayed from offset 0', async () => {
    const order = newOrder();
    const { events, onOrdersEvents, outcome, settle, project, written, goOn } = follow(order);
    const row = watchRow(sink, order.orderId);
    const outcomes = [
      outcome('StockReserved'),
      outcome('PaymentCompleted'),
      outcome('StockReleased'),
      outcome('PaymentRefunded', { amount: 5 }),
    ];
    await onOrdersEvents.append(orderPlaced(order));
    await goOn();
    for (const one of outcomes) {
      await settle([one, one]);
      await goOn();
    }
    for (const one of outcomes) {
      await settle([one]);
      await goOn();
    }
    await settle(outcomes);
    for (const event of events) {
      await project([event]);
      await written();
    }
    await project(events.toReversed());
    await written();
    const times = [0, 2, 4].map((seconds) => new Date(order.placedAt.getTime() + 1_000 * seconds));
    expect(await row.stop()).toEqual([
      { status: 'PENDING', reason: null, updated_at: times[0] },
      { status: 'CONFIRMED', reason: null, updated_at: times[1] },
      { status: 'CANCELLED', reason: null, updated_at: times[2] },
    ]);
  }, 60_000);

  test.each(['StockRejected', 'PaymentDeclined'])(
    'when it was rejected by %s, and everything comes again and late',
    async (type) => {
      const order = newOrder();
      const { events, onOrdersEvents, outcome, settle, project, written, goOn } = follow(order);
      const row = watchRow(sink, order.orderId);
      await onOrdersEvents.append(orderPlaced(order));
      await goOn();
      await settle([outcome(type, { reason: 'FIRST' })]);
      await goOn();
      await settle([
        outcome(type, { reason: 'AGAIN' }),
        outcome('PaymentCompleted'),
        outcome('PaymentRefunded'),
      ]);
      await goOn();
      await project(events);
      await written();
      expect((await row.stop()).map(({ status, reason }) => [status, reason])).toEqual([
        ['PENDING', null],
        ['REJECTED', 'FIRST'],
      ]);
    },
    60_000,
  );

  test('when an instance that stalled before a rebalance appends its outcome late', async () => {
    const order = newOrder();
    const { onOrdersEvents, outcome, settle, goOn } = follow(order);
    const row = watchRow(sink, order.orderId);
    await onOrdersEvents.append(orderPlaced(order));
    await goOn();
    const [paid, refunded] = [outcome('PaymentCompleted'), outcome('PaymentRefunded')];
    const sleeper = stalled(onOrdersEvents);
    const late = settle([paid], sleeper);
    for (const one of [paid, refunded]) {
      await settle([one]);
      await goOn();
    }
    sleeper.wake();
    await late;
    await goOn();
    expect((await row.stop()).map(({ status }) => status)).toEqual(['PENDING', 'CONFIRMED', 'CANCELLED']);
  }, 60_000);

  test('when a projector that stalled before a rebalance appends its rows late', async () => {
    const order = newOrder();
    const { events, onOrdersEvents, outcome, settle, project, written, goOn } = follow(order);
    const row = watchRow(sink, order.orderId);
    await onOrdersEvents.append(orderPlaced(order));
    await settle([outcome('PaymentCompleted')]);
    const sleeper = stalled(appender);
    const late = project(events, sleeper);
    await goOn();
    await settle([outcome('PaymentRefunded')]);
    await goOn();
    sleeper.wake();
    await late;
    await written();
    const statuses = (await row.stop()).map(({ status }) => status);
    // PENDING and CONFIRMED came in one go: the first of them may have been too short to be seen.
    expect(statuses.filter((status) => status !== 'PENDING')).toEqual(['CONFIRMED', 'CANCELLED']);
    expect(statuses.lastIndexOf('PENDING')).toBeLessThanOrEqual(0);
  }, 60_000);
});

describe('the group orders-process', () => {
  let kafka: TestKafka;
  let issuer: Issuer;
  let instance: RunningOrders;
  beforeAll(async () => {
    issuer = await startIssuer();
    kafka = await connectKafka(stack);
    instance = await startOrders(stack, issuer, `orders-settle-${run}`);
  }, 60_000);
  afterAll(async () => {
    expect(await instance.stop()).toBe(0);
    await Promise.all([kafka.disconnect(), issuer.stop()]);
  }, 30_000);

  const isOf = ({ orderId }: PlacedOrder, { value }: Found) => value?.includes(orderId) === true;

  test('turns a rejection into OrderRejected, seen by its customer; what is malformed becomes a dead letter', async () => {
    const [order, other] = [newOrder(), newOrder()];
    const [from, deadFrom] = await Promise.all(['orders.events', 'orders-process.dlq'].map(kafka.endOf));
    if (!from || !deadFrom) throw new Error('unreachable');
    const traceparent = `00-${run.repeat(4)}-bbbbbbbbbbbbbbbb-01`;
    const headers = { type: 'StockRejected', id: randomUUID(), traceparent };
    await kafka.produce('catalogs.events', [
      // The first one lacks its reason; both go to one partition.
      { key: order.orderId, value: JSON.stringify(other), headers },
      { key: order.orderId, value: JSON.stringify({ ...order, reason: 'OUT_OF_STOCK' }), headers },
    ]);

    const rejected = await until('OrderRejected', async () =>
      (await kafka.since('orders.events', from)).find((record) => isOf(order, record)),
    );
    expect(rejected).toMatchObject({ key: order.orderId, headers: { type: 'OrderRejected', traceparent } });
    expect(JSON.parse(rejected.value ?? '')).toEqual({
      ...order,
      placedAt: order.placedAt.toISOString(),
      reason: 'OUT_OF_STOCK',
    });
    const dead = await until('the dead letter', async () =>
      (await kafka.since('orders-process.dlq', deadFrom)).find((record) => isOf(other, record)),
    );
    expect(dead.headers['dead-letter-reason']).toMatch(/^reason is missing/);
    expect((await kafka.since('orders.events', from)).some((record) => isOf(other, record))).toBe(false);

    const query = 'query ($id: ID!) { order(id: $id) { status reason } }';
    const asked = { variables: { id: order.orderId }, token: issuer.tokenOf(userId) };
    const seen = await until('the row', async () => {
      const { data } = await instance.execute(query, asked);
      return (data as { order: object | null }).order ?? undefined;
    });
    expect(seen).toEqual({ status: 'REJECTED', reason: 'OUT_OF_STOCK' });
  }, 60_000);
});
