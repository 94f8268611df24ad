import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Append } from '@ordermesh/chassis/appender';
import { createConsumer } from '@ordermesh/chassis/consumer';
import type { Rejected } from '@ordermesh/chassis/apply-batch';
import { createTopics } from '@ordermesh/chassis/testing/create-topics';
import { usersTopic, type ConsumedEvent } from '../src/events.ts';
import { republishReservations } from '../src/republish-reservations.ts';
import type { Order } from '../src/reservation.ts';
import { createReserveStock } from '../src/reserve-stock.ts';
import { restock } from '../src/restock.ts';
import { anOrder, cancelled, declined, moved, paid, placed } from './orders.ts';
import {
  addStock,
  countsOf,
  createOwnDatabase,
  eventually,
  health,
  kafka,
  log,
  runScript,
  type OwnDatabase,
  type TestDatabase,
} from './stack.ts';

jest.setTimeout(60_000);

let own: OwnDatabase;
let database: TestDatabase;
beforeAll(async () => {
  own = await createOwnDatabase();
  database = own.database;
});
afterAll(() => own.drop());
beforeEach(async () => {
  for (const table of ['published', 'reservations', 'movements', 'restocks', 'products'])
    await database.sql.query(`DELETE FROM ${table}`);
});

const apply = (...events: ConsumedEvent[]) => createReserveStock({ database }).apply(events);

async function applyInBatches(events: ConsumedEvent[], size: number) {
  const refused: Rejected<ConsumedEvent>[] = [];
  for (let from = 0; from < events.length; from += size)
    refused.push(...(await apply(...events.slice(from, from + size))));
  return refused;
}

const statusesOf = async (...orders: Order[]): Promise<(string | undefined)[]> => {
  const rows = await own.rows<{ id: string; status: string; reason: string | null }>(
    'SELECT order_id AS id, status, reason FROM reservations',
  );
  const byId = new Map(rows.map(({ id, status, reason }) => [id, reason ? `${status} ${reason}` : status]));
  return orders.map(({ orderId }) => byId.get(orderId));
};

/** What must hold whenever nothing is under way, told from the tables and not from what the code believes. */
async function expectBalancedBooks(): Promise<void> {
  expect(
    await own.rows(`SELECT stock.* FROM stock
      LEFT JOIN (SELECT product_id, SUM(IF(status = 'RESERVED', qty, 0)) AS held,
        SUM(IF(status = 'SOLD', qty, 0)) AS gone FROM reservations GROUP BY product_id) AS orders USING (product_id)
      LEFT JOIN (SELECT product_id, SUM(qty) AS qty FROM movements GROUP BY product_id) AS moves USING (product_id)
      WHERE initial + restocked <> available + reserved + sold + moved OR available < 0
        OR reserved <> COALESCE(held, 0) OR sold <> COALESCE(gone, 0) OR moved <> COALESCE(moves.qty, 0)`),
  ).toEqual([]);
  expect(await own.rows('SELECT * FROM outbox')).toEqual([]);
}

/** The events that an order's row tells of, in their order. */
const typesOf: Record<string, string[]> = {
  RESERVED: ['StockReserved'],
  SOLD: ['StockReserved'],
  'REJECTED OUT_OF_STOCK': ['StockRejected'],
  'REJECTED UNKNOWN_PRODUCT': ['StockRejected'],
  'RELEASED CANCELLED': ['StockReserved', 'StockReleased'],
  'RELEASED CANCELLED_BEFORE_RESERVED': ['StockReleased'],
  'RELEASED PAYMENT_DECLINED': ['StockReserved'],
};

/** Each event that the reservations tell of was published, once, an order's own in their order. */
async function expectPublishedOnce(orders: Order[]): Promise<void> {
  const byOrder = Map.groupBy(await own.published(), ({ orderId }) => orderId);
  const statuses = await statusesOf(...orders);
  for (const [index, { orderId }] of orders.entries()) {
    const types = byOrder.get(orderId)?.map(({ type }) => type);
    expect([orderId, types]).toEqual([orderId, typesOf[statuses[index] ?? '']]);
  }
  expect(byOrder.size).toBe(orders.length);
}

const counts = (available: number, reserved: number, sold: number) => ({
  ...{ available, reserved, sold },
  moved: 0,
});

test('an order is reserved, sold, cancelled: row, counts and events tell the same at each step', async () => {
  const productId = await addStock(database, 100);
  const order = anOrder({ productId, qty: 10 });
  const steps: [ConsumedEvent, string, ReturnType<typeof counts>][] = [
    [placed(order), 'RESERVED', counts(90, 10, 0)],
    [paid(order), 'SOLD', counts(90, 0, 10)],
    [cancelled(order), 'RELEASED CANCELLED', counts(100, 0, 0)],
    [paid(order), 'RELEASED CANCELLED', counts(100, 0, 0)],
    [placed(order), 'RELEASED CANCELLED', counts(100, 0, 0)],
  ];
  for (const [event, status, expected] of steps) {
    expect(await apply(event)).toEqual([]);
    expect(await statusesOf(order)).toEqual([status]);
    expect(await countsOf(database, productId)).toEqual(expected);
    await expectBalancedBooks();
  }
  await expectPublishedOnce([order]);
  const [first] = await own.published();
  const { placedAt, ...rest } = order;
  expect(JSON.parse(first?.payload ?? '')).toEqual({ ...rest, placedAt: placedAt.toISOString() });
  expect(first?.traceparent).toBe(placed(order).traceparent);
});

test('declined payment gives the stock back: 100, 90, 100', async () => {
  const productId = await addStock(database, 100);
  const order = anOrder({ productId, qty: 10 });
  await apply(placed(order));
  expect(await countsOf(database, productId)).toEqual(counts(90, 10, 0));
  await apply(declined(order));
  expect(await countsOf(database, productId)).toEqual(counts(100, 0, 0));
  expect(await statusesOf(order)).toEqual(['RELEASED PAYMENT_DECLINED']);
  await expectPublishedOnce([order]);
});

test('what was rejected, or cancelled before it came, stays so after a restock', async () => {
  const productId = await addStock(database, 2);
  const [short, unknown, early] = [
    anOrder({ productId }),
    anOrder({ productId: 'NONE' }),
    anOrder({ productId }),
  ];
  await apply(placed(short), placed(unknown), cancelled(early));
  await restock(database, 'admin', { productId, qty: 100, idempotencyKey: 'key' });
  const again = [short, unknown, early].flatMap((order) => [placed(order), cancelled(order), paid(order)]);
  expect(await apply(...again)).toEqual([]);
  expect(await statusesOf(short, unknown, early)).toEqual([
    'REJECTED OUT_OF_STOCK',
    'REJECTED UNKNOWN_PRODUCT',
    'RELEASED CANCELLED_BEFORE_RESERVED',
  ]);
  expect(await countsOf(database, productId)).toEqual(counts(102, 0, 0));
  await expectBalancedBooks();
  await expectPublishedOnce([short, unknown, early]);
});

test('payment events that cannot be are refused with the reason, and those around them applied', async () => {
  const productId = await addStock(database, 100);
  const [order, never] = [anOrder({ productId }), anOrder({ productId, orderId: 'never' })];
  const refused = await apply(placed(order), paid(never), paid(order), declined(order), declined(never));
  expect(refused.map(({ event, reason }) => [event.type, reason])).toEqual([
    ['PaymentCompleted', 'order "never" was paid and has no reservation'],
    ['PaymentDeclined', `payment of order "${order.orderId}" was declined and it is sold already`],
    ['PaymentDeclined', 'payment of order "never" was declined and it has no reservation'],
  ]);
  expect(await statusesOf(order, never)).toEqual(['SOLD', undefined]);
  await expectBalancedBooks();
});

/**
 * Orders of four products, too many for their stock: first all are placed, some cancelled before; then payment
 * and cancellation come, each in its own topic. Some are paid, some declined, some cancelled, some both.
 */
async function aBusyDay() {
  const products = [
    ...(await Promise.all([40, 300, 300, 300].map((stock) => addStock(database, stock)))),
    'NONE',
  ];
  const orders = Array.from({ length: 400 }, (_, n) =>
    anOrder({ productId: products[n % products.length] ?? '', qty: 1 + (n % 4) }),
  );
  const placements: ConsumedEvent[] = [];
  const payments: ConsumedEvent[] = [];
  const cancellations: ConsumedEvent[] = [];
  for (const [n, order] of orders.entries()) {
    if (n % 13 === 0) placements.push(cancelled(order));
    placements.push(placed(order));
    if (n % 29 === 0) placements.push(moved(1, products[1], `movement-${n}`));
    if (n % 7 !== 0) payments.push(n % 3 === 0 ? declined(order) : paid(order));
    if (n % 2 === 0) cancellations.push(cancelled(order));
  }
  return { orders, placements, payments, cancellations };
}

/** What can have become of the n-th order of a busy day, wherever its events met. */
function outcomesOf(n: number): string[] {
  if (n % 13 === 0) return ['RELEASED CANCELLED_BEFORE_RESERVED'];
  if (n % 5 === 4) return ['REJECTED UNKNOWN_PRODUCT'];
  const isCancelled = n % 2 === 0;
  const cancelledOr = isCancelled ? ['RELEASED CANCELLED'] : [];
  if (n % 7 !== 0 && n % 3 === 0) return [...cancelledOr, 'RELEASED PAYMENT_DECLINED'];
  if (isCancelled) return cancelledOr;
  return n % 7 === 0 ? ['RESERVED'] : ['SOLD'];
}

async function expectSettled(orders: Order[]): Promise<void> {
  for (const [n, status] of (await statusesOf(...orders)).entries()) {
    if (n % 5 === 0 && status === 'REJECTED OUT_OF_STOCK') continue;
    expect([n, outcomesOf(n)]).toEqual([n, expect.arrayContaining([status])]);
  }
}

describe('instances that are given the same records at once', () => {
  test('reserve, sell and release each order once, and no unit is lost on the way', async () => {
    const { orders, placements, payments, cancellations } = await aBusyDay();
    let over = false;
    const watch = async () => {
      while (!over) {
        const odd = await own.rows(
          'SELECT * FROM stock WHERE initial + restocked <> available + reserved + sold + moved OR available < 0',
        );
        expect(odd).toEqual([]);
        expect(await own.rows('SELECT * FROM outbox')).toEqual([]);
        await delay(10);
      }
    };
    const watching = watch();
    await Promise.all([applyInBatches(placements, 37), applyInBatches(placements, 41)]);
    const refused = await Promise.all([
      applyInBatches(payments, 23),
      applyInBatches(payments.toReversed(), 19),
      applyInBatches(cancellations, 17),
      applyInBatches(cancellations.toReversed(), 29),
    ]);
    over = true;
    await watching;
    expect(refused.flat()).toEqual([]);
    await expectSettled(orders);
    const kinds = new Set(await statusesOf(...orders));
    expect(kinds).toEqual(new Set(Object.keys(typesOf)));
    await expectBalancedBooks();
    await expectPublishedOnce(orders);
  });

  test('settle an order whose cancellation races with its payment one way, each time anew', async () => {
    const productId = await addStock(database, 1_000);
    const orders = Array.from({ length: 60 }, () => anOrder({ productId, qty: 1 }));
    await apply(...orders.map((order) => placed(order)));
    await Promise.all(
      orders.flatMap((order, n) => [
        apply(n % 2 === 0 ? paid(order) : declined(order)),
        apply(cancelled(order)),
        apply(cancelled(order)),
      ]),
    );
    const statuses = await statusesOf(...orders);
    for (const [n, status] of statuses.entries())
      expect(status).toMatch(
        n % 2 === 0 ? /^RELEASED CANCELLED$/ : /^RELEASED (CANCELLED|PAYMENT_DECLINED)$/,
      );
    expect(await countsOf(database, productId)).toEqual(counts(1_000, 0, 0));
    await expectBalancedBooks();
    await expectPublishedOnce(orders);
  });

  test('give the last units, and those that come back, to as many orders as there are units', async () => {
    const productId = await addStock(database, 10);
    const orders = Array.from({ length: 60 }, () => anOrder({ productId, qty: 1 }));
    await Promise.all(orders.map((order) => apply(placed(order))));
    expect(await countsOf(database, productId)).toEqual(counts(0, 10, 0));
    const statuses = await statusesOf(...orders);
    const held = orders.filter((_, n) => statuses[n] === 'RESERVED');
    const others = Array.from({ length: 60 }, () => anOrder({ productId, qty: 1 }));
    await Promise.all([
      ...held.map((order) => apply(declined(order))),
      ...others.map((order) => apply(placed(order))),
    ]);
    await expectBalancedBooks();
    await expectPublishedOnce([...orders, ...others]);
  });

  test('do not wait for each other for ever, though their batches name products in opposite order', async () => {
    const products = await Promise.all(Array.from({ length: 10 }, () => addStock(database, 1_000)));
    const orders = Array.from({ length: 20 }, () =>
      products.map((productId) => anOrder({ productId, qty: 1 })),
    );
    for (const some of orders) {
      await apply(...some.map((order) => placed(order)));
      await Promise.all([
        apply(...some.map(paid)),
        apply(...some.toReversed().map((order) => cancelled(order))),
        apply(...products.toReversed().map((productId) => placed(anOrder({ productId, qty: 1 })))),
      ]);
    }
    for (const productId of products) {
      expect(await countsOf(database, productId)).toEqual(counts(980, 20, 0));
    }
    await expectBalancedBooks();
  });

  test('keep to one product, though events of an order name two', async () => {
    const [one, other] = [await addStock(database, 100), await addStock(database, 100)];
    for (let round = 0; round < 20; round++) {
      const order = anOrder({ productId: one, qty: 1 });
      const liar = { ...order, productId: other, qty: 5, totalPrice: 500 };
      await Promise.all([apply(placed(order)), apply(placed(liar))]);
      await Promise.all([
        apply(cancelled(order)),
        apply(cancelled(liar)),
        apply(paid(liar)),
        apply(paid(order)),
      ]);
    }
    expect(await countsOf(database, one)).toEqual(counts(100, 0, 0));
    expect(await countsOf(database, other)).toEqual(counts(100, 0, 0));
    await expectBalancedBooks();
  });
});

test('all events again, from the first, change nothing and publish nothing', async () => {
  const { placements, payments, cancellations } = await aBusyDay();
  const refused: unknown[] = [];
  for (const events of [placements, payments, cancellations])
    refused.push(...(await applyInBatches(events, 50)));
  const before = await own.state();
  for (const events of [placements, payments, cancellations, payments, placements])
    refused.push(...(await applyInBatches(events, 64)));
  await Promise.all([applyInBatches(placements, 1_000), applyInBatches(payments, 7)]);
  expect(refused).toEqual([]);
  expect(await own.state()).toEqual(before);
  await expectBalancedBooks();
});

test('a batch that cannot be written leaves nothing behind', async () => {
  const productId = await addStock(database, 100);
  const [fine, broken] = [anOrder({ productId }), anOrder({ productId, totalPrice: 1 })];
  await expect(apply(placed(fine), placed(broken))).rejects.toThrow('total_is_the_product');
  expect(await statusesOf(fine, broken)).toEqual([undefined, undefined]);
  expect(await countsOf(database, productId)).toEqual(counts(100, 0, 0));
  expect(await own.published()).toEqual([]);
});

test.each([
  ['RELEASED', null],
  ['RELEASED', 'OUT_OF_STOCK'],
  ['REJECTED', null],
  ['REJECTED', 'CANCELLED'],
  ['SOLD', 'CANCELLED'],
])('a row that says %s for the reason %s is refused by the table', async (status, reason) => {
  const insert = database.sql.query(
    `INSERT INTO reservations (order_id, product_id, user_id, qty, unit_price, total_price, placed_at, status, reason)
     VALUES ('o', 'p', 'u', 1, 1, 1, NOW(3), ?, ?)`,
    [status, reason],
  );
  await expect(insert).rejects.toThrow(/CONSTRAINT/);
});

describe('republish', () => {
  const republish = () => runScript('src/republish.ts', own.environment);

  test('publishes the events of all reservations anew, an order’s in their order, and changes nothing', async () => {
    const { placements, payments, cancellations } = await aBusyDay();
    for (const events of [placements, payments, cancellations]) await applyInBatches(events, 100);
    const [published, before] = [await own.published(), await own.state()];
    await database.sql.query('DELETE FROM published');
    expect(await republish()).toEqual({
      exitCode: 0,
      output: `${published.length} events of 400 reservations published anew\n`,
      errors: '',
    });
    const anew = await own.published();
    const asSent = (all: typeof anew) =>
      Map.groupBy(
        all.map(({ id, type, orderId, payload }) => ({ id, type, orderId, payload })),
        ({ orderId }) => orderId,
      );
    expect(asSent(anew)).toEqual(asSent(published));
    expect(await own.state()).toEqual(before);
  });

  test('has nothing to do where nothing was ordered', async () => {
    expect(await republish()).toMatchObject({
      exitCode: 0,
      output: '0 events of 0 reservations published anew\n',
    });
  });

  test('beside instances at work neither holds them up nor lets an old event overtake a newer one', async () => {
    const { orders, placements, payments, cancellations } = await aBusyDay();
    let over = false;
    const republishing = async () => {
      while (!over) await republishReservations(database);
    };
    const busy = republishing();
    await applyInBatches(placements, 20);
    await Promise.all([applyInBatches(payments, 20), applyInBatches(cancellations, 20)]);
    over = true;
    await busy;
    await expectSettled(orders);
    await expectBalancedBooks();
    const byOrder = Map.groupBy(await own.published(), ({ orderId }) => orderId);
    for (const [index, status = ''] of (await statusesOf(...orders)).entries()) {
      const last = byOrder.get(orders[index]?.orderId ?? '')?.at(-1)?.type;
      expect([status, last]).toEqual([status, typesOf[status]?.at(-1)]);
    }
  });

  test('says why it failed', async () => {
    const { exitCode, errors } = await runScript('src/republish.ts', {
      ...own.environment,
      DATABASE_PASSWORD: 'wrong',
    });
    expect({ exitCode, errors }).toEqual({ exitCode: 1, errors: expect.stringContaining('republish: ') });
  });
});

describe('on its two topics', () => {
  const orders = `orders.events-${randomUUID()}`;
  const users = `users.events-${randomUUID()}`;
  const [admin, producer] = [kafka.admin(), kafka.producer()];
  beforeAll(async () => {
    await Promise.all([admin.connect(), producer.connect()]);
    const topics = [orders, users].map((topic) => ({ topic, numPartitions: 6 }));
    await createTopics(kafka, topics);
  });
  afterAll(async () => {
    await admin.deleteTopics({ topics: [orders, users] });
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  });

  /** A member of a group of its own, and the dead letters that came of it. */
  function startConsumer() {
    const letters: Append[] = [];
    const handler = createReserveStock({ database });
    const groupId = `catalogs-${randomUUID()}`;
    const consumer = createConsumer({
      kafka,
      groupId,
      handler: {
        ...handler,
        topics: [orders, users],
        parse: (record) => handler.parse({ ...record, ...(record.topic === users && { topic: usersTopic }) }),
      },
      appender: { append: (letter) => Promise.resolve(void letters.push(letter)) },
      health,
      log,
    });
    void consumer.start();
    return { groupId, consumer, letters };
  }

  /** How many records of both topics a group has still to read. */
  async function lagOf(groupId: string): Promise<number> {
    const committed = await admin.fetchOffsets({ groupId, topics: [orders, users] });
    const lags = committed.map(async ({ topic, partitions }) => {
      const highs = new Map(
        (await admin.fetchTopicOffsets(topic)).map((each) => [each.partition, each.high]),
      );
      return partitions.reduce(
        (sum, each) => sum + Number(highs.get(each.partition)) - Math.max(0, Number(each.offset)),
        0,
      );
    });
    return (await Promise.all(lags)).reduce((sum, lag) => sum + lag, 0);
  }
  const untilRead = (groupId: string) => eventually(() => lagOf(groupId), 0, 40_000);

  const send = (topic: string, events: ConsumedEvent[]) =>
    producer.send({
      topic,
      messages: events.map((event) =>
        event.type === 'StockMoved'
          ? { value: JSON.stringify({ productId: event.productId, qty: event.qty }) }
          : {
              key: event.order.orderId,
              value: JSON.stringify(event.order),
              headers: { type: event.type, traceparent: event.traceparent ?? '' },
            },
      ),
    });

  test('two groups that read all of both at once settle each order once; so does one that reads them anew', async () => {
    const day = await aBusyDay();
    const members = [startConsumer(), startConsumer()];
    await send(orders, day.placements);
    await Promise.all(members.map(({ groupId }) => untilRead(groupId)));
    const odd = [
      { key: 'x', value: '{}', headers: { type: 'PaymentVanished' } },
      { key: 'x', value: '{"orderId":"x","productId":"P"}', headers: { type: 'PaymentCompleted' } },
      { key: 'x', value: '{}', headers: { type: 'PaymentRefunded' } },
      { key: 'probe', value: '{}', headers: { type: 'Probe' } },
    ];
    await producer.send({ topic: users, messages: odd });
    await Promise.all([send(users, day.payments), send(orders, day.cancellations)]);
    await Promise.all(members.map(({ groupId }) => untilRead(groupId)));
    await Promise.all(members.map(({ consumer }) => consumer.stop()));
    await expectSettled(day.orders);
    await expectBalancedBooks();
    await expectPublishedOnce(day.orders);
    for (const { letters, groupId } of members) {
      expect(letters.map(({ topic, headers }) => [topic, headers['dead-letter-reason']]).sort()).toEqual([
        [`${groupId}.dlq`, 'order "x" was paid and has no reservation'],
        [`${groupId}.dlq`, 'the type "PaymentVanished" is unknown on users.events'],
      ]);
    }
    const before = await own.state();
    const again = startConsumer();
    await untilRead(again.groupId);
    await again.consumer.stop();
    expect(await own.state()).toEqual(before);
  });
});
