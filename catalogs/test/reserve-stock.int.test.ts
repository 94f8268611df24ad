import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createAppender } from '@ordermesh/chassis/appender';
import { createConsumer } from '@ordermesh/chassis/consumer';
import type { Sql } from '@ordermesh/chassis/database';
import type { Part } from '@ordermesh/chassis/service';
import {
  createTopics as createTopicsOf,
  withAdmin as withAdminOf,
} from '@ordermesh/chassis/testing/create-topics';
import type { Admin } from 'kafkajs';
import { createReserveStock } from '../src/reserve-stock.ts';
import { anOrder, moved as movedUnits, paid, placed as placedOrder } from './orders.ts';
import {
  addStock,
  countsOf,
  createOwnDatabase,
  eventually,
  health,
  kafka,
  log,
  unique,
  type OwnDatabase,
  type TestDatabase,
} from './stack.ts';

const appender = createAppender({ kafka, health, log });
let own: OwnDatabase;
let database: TestDatabase;
let handler: ReturnType<typeof createReserveStock>;
let topic: string;
let groupId: string;
let consumers: Part[];

beforeAll(async () => {
  own = await createOwnDatabase();
  database = own.database;
  handler = createReserveStock({ database });
  await appender.start();
});
afterAll(() => Promise.all([own.drop(), appender.stop()]));

// A topic and a group of each test's own, so that whatever else runs on the stack neither disturbs nor is disturbed.
beforeEach(async () => {
  topic = unique('orders.events.test');
  groupId = unique('catalogs-test');
  consumers = [];
  await createTopics(6, topic, `${groupId}.dlq`);
});
afterEach(async () => {
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await withAdmin((admin) => admin.deleteTopics({ topics: [topic, `${groupId}.dlq`] }));
}, 20_000);

const withAdmin = <T>(work: (admin: Admin) => Promise<T>) => withAdminOf(kafka, work);
const createTopics = (numPartitions: number, ...topics: string[]) =>
  createTopicsOf(
    kafka,
    topics.map((name) => ({ topic: name, numPartitions })),
  );

type Typed = { key?: string; partition?: number; value: unknown; headers?: Record<string, string> };

/** As a console producer does: values as they were typed, mostly without a key or headers. */
async function type(...records: Typed[]): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = records.map(({ value, ...rest }) => ({
    ...rest,
    value:
      value === null || Buffer.isBuffer(value) || typeof value === 'string' ? value : JSON.stringify(value),
  }));
  await producer.send({ topic, messages }).finally(() => producer.disconnect());
}

function consume(): Part {
  const own = { ...handler, topics: [topic] };
  const consumer = createConsumer({ kafka, groupId, handler: own, appender, health, log });
  consumers.push(consumer);
  void consumer.start();
  return consumer;
}

const order = (productId: string, qty: number, orderId = unique('order')) => ({
  productId,
  qty,
  unitPrice: 1500,
  totalPrice: 1500 * qty,
  orderId,
  userId: 'user-1',
});
const placed = (productId: string, qty: number, orderId = unique('order')) =>
  placedOrder(anOrder({ productId, qty, orderId }));
const moved = (productId: string, qty: number) => movedUnits(qty, productId, unique('movement'));

const reservationsOf = (productId: string) =>
  database.sql.query<{ orderId: string; status: string; reason: string | null }[]>(
    'SELECT order_id AS orderId, status, reason FROM reservations WHERE product_id = ? ORDER BY order_id',
    [productId],
  );
const statusesOf = async (productId: string) =>
  (await reservationsOf(productId)).map(({ status, reason }) => reason ?? status).sort();

/** The dead letters; one may stand there twice, when its first append was not acknowledged in time. */
async function deadLetters(count: number): Promise<{ value: string | null; reason: string }[]> {
  const byOrigin = new Map<string, { value: string | null; reason: string }>();
  const reader = kafka.consumer({ groupId: unique('dlq-reader'), maxWaitTimeInMs: 100 });
  await reader.connect();
  await reader.subscribe({ topic: `${groupId}.dlq`, fromBeginning: true });
  await reader.run({
    eachMessage: ({ message: { value, headers } }) => {
      const letter = { value: value && value.toString(), reason: String(headers?.['dead-letter-reason']) };
      byOrigin.set(String(headers?.['dead-letter-origin']), letter);
      return Promise.resolve();
    },
  });
  await eventually(() => byOrigin.size, count).finally(() => reader.disconnect());
  return [...byOrigin.values()];
}

describe('an order', () => {
  test('of 10 from a stock of 100 leaves 90, and a reservation that says all about it', async () => {
    const product = await addStock(database, 100);
    consume();
    const typed = order(product, 10);
    await type({ value: typed });
    await eventually(() => countsOf(database, product), { available: 90, reserved: 10, sold: 0, moved: 0 });
    const [row] = await database.sql.query<Record<string, unknown>[]>(
      'SELECT * FROM reservations WHERE order_id = ?',
      [typed.orderId],
    );
    expect(row).toMatchObject({
      product_id: product,
      user_id: 'user-1',
      qty: 10,
      unit_price: 1500,
      total_price: 15_000,
      status: 'RESERVED',
      reason: null,
    });
    const placedAt = row?.['placed_at'];
    expect(placedAt instanceof Date && Math.abs(placedAt.getTime() - Date.now())).toBeLessThan(60_000);
  });

  test('of a product that does not exist is on record as rejected, and stays so when the product is added', async () => {
    const product = unique('NONE');
    consume();
    const typed = order(product, 1);
    await type({ value: typed });
    await eventually(() => statusesOf(product), ['UNKNOWN_PRODUCT']);
  });

  test('that comes twice in one batch, in another partition and after a restart counts once', async () => {
    const product = await addStock(database, 100);
    const [twice, once] = [
      order(product, 10, 'a-' + unique('twice')),
      order(product, 1, 'b-' + unique('once')),
    ];
    await type({ value: twice, partition: 0 }, { value: twice, partition: 0 }, { value: once, partition: 0 });
    const first = consume();
    await eventually(() => countsOf(database, product), { available: 89, reserved: 11, sold: 0, moved: 0 });
    await first.stop();
    await type({ value: twice, partition: 1 }, { value: twice, partition: 0 });
    groupId = unique('catalogs-test');
    await createTopics(1, `${groupId}.dlq`);
    consume(); // a group that starts from the beginning: everything is delivered anew
    const last = order(product, 5);
    await type({ value: last, partition: 0 }, { value: last, partition: 1 });
    await eventually(() => countsOf(database, product), { available: 84, reserved: 16, sold: 0, moved: 0 });
  });

  test('whose id differs from another’s only in case, accent or a space at the end is another order', async () => {
    const product = await addStock(database, 100);
    const id = unique('ord-e');
    const ids = [id, id.toUpperCase(), id.replace('e', 'é'), `${id} `, `${id}\u0000`];
    expect(await handler.apply(ids.map((orderId) => placed(product, 1, orderId)))).toEqual([]);
    expect(await statusesOf(product)).toEqual(Array(5).fill('RESERVED'));
    expect(await countsOf(database, product)).toEqual({ available: 95, reserved: 5, sold: 0, moved: 0 });
  });
});

describe('the last unit', () => {
  test('goes to exactly one of 100 buyers, in six partitions read by two consumers', async () => {
    const product = await addStock(database, 1);
    consume();
    consume();
    await type(
      ...Array.from({ length: 100 }, () => order(product, 1)).map((value) => ({ key: value.orderId, value })),
    );
    const outcomes = ['RESERVED', ...Array<string>(99).fill('OUT_OF_STOCK')].sort();
    await eventually(() => statusesOf(product), outcomes);
    expect(await countsOf(database, product)).toEqual({ available: 0, reserved: 1, sold: 0, moved: 0 });
  });
});

describe('concurrent batches', () => {
  test('of the same orders, as when a partition moves to another consumer, reserve each once', async () => {
    const products = await Promise.all(Array.from({ length: 8 }, () => addStock(database, 1_000)));
    const events = Array.from({ length: 200 }, (_, index) => placed(products[index % 8] ?? '', 1));
    const unknown = Array.from({ length: 50 }, () => placed(unique('NONE'), 1));
    const all = [...events, ...unknown, ...products.map((product) => moved(product, 7))];
    await Promise.all([
      handler.apply(all),
      handler.apply(all.toReversed()),
      handler.apply([...all.slice(100), ...all.slice(0, 100)]),
    ]);
    for (const product of products) {
      expect(await countsOf(database, product)).toEqual({ available: 968, reserved: 25, sold: 0, moved: 7 });
    }
  });

  test('of one order that claims two products take one of them', async () => {
    const [one, other] = [await addStock(database, 5), await addStock(database, 5)];
    for (let round = 0; round < 5; round++) {
      const orderId = unique('contested');
      await Promise.all([
        handler.apply([placed(one, 1, orderId)]),
        handler.apply([placed(other, 1, orderId)]),
      ]);
    }
    const [left, right] = [await countsOf(database, one), await countsOf(database, other)];
    expect((left.reserved ?? 0) + (right.reserved ?? 0)).toBe(5);
  });
});

describe('a batch', () => {
  test('is a fixed number of statements, for 10 events as for 5000 of 2000 products', async () => {
    const statements: string[] = [];
    const counted = createReserveStock({
      database: {
        transaction: (work) =>
          database.transaction((sql) => {
            const query = ((text: string, values: unknown) => {
              statements.push(text);
              return sql.query(text, values);
            }) as Sql['query'];
            const batch = ((text: string, values: unknown[][]) => {
              statements.push(text);
              return sql.batch(text, values);
            }) as Sql['batch'];
            return work({ query, batch });
          }),
      },
    });
    const products = Array.from({ length: 2_000 }, () => unique('BULK'));
    await database.sql.batch(
      'INSERT INTO products (id, name, unit_price) VALUES (?, ?, 5)',
      products.map((id) => [id, id]),
    );
    await database.sql.batch(
      'INSERT INTO stock (product_id, initial, available) VALUES (?, 10, 10)',
      products.map((id) => [id]),
    );
    const events = Array.from({ length: 5_000 }, (_, index) => {
      const product = products[index % products.length] ?? '';
      return index % 5 === 0 ? moved(product, 1) : placed(product, 1);
    });
    // Orders of an earlier batch, so that there is something to update, too.
    const earlier = [1, 2].map(() => anOrder({ productId: products[0] ?? '', qty: 1 }));
    await handler.apply(earlier.map((each) => placedOrder(each)));
    const [toFew, toMany] = earlier.map(paid);
    if (!toFew || !toMany) throw new Error('two orders were placed');
    await counted.apply([toFew, ...events.slice(0, 10)]);
    const statementsOfFew = statements.splice(0);
    const started = performance.now();
    await counted.apply([toMany, ...events]);
    log.info({ ms: Math.round(performance.now() - started) }, '5000 events applied');
    expect(statements).toEqual(statementsOfFew);
    expect(statementsOfFew).toHaveLength(9);
    const [sum] = await database.sql.query<Record<string, string>[]>(
      'SELECT SUM(reserved) AS reserved, SUM(sold) AS sold, SUM(moved) AS moved FROM stock WHERE product_id IN (?)',
      [products],
    );
    expect(sum).toMatchObject({ reserved: '4000', sold: '2', moved: '1000' });
  });
});

describe('a plain movement', () => {
  test('takes its units out once, though it comes again; the same text typed again is another', async () => {
    const product = await addStock(database, 100);
    const first = consume();
    const value = { productId: product, qty: 10 };
    await type({ value });
    await eventually(() => countsOf(database, product), { available: 90, reserved: 0, sold: 0, moved: 10 });
    await first.stop();
    groupId = unique('catalogs-test');
    await createTopics(1, `${groupId}.dlq`);
    consume();
    await type({ value, headers: { type: 'OrderPlaced' } });
    await eventually(() => countsOf(database, product), { available: 80, reserved: 0, sold: 0, moved: 20 });
    expect(await reservationsOf(product)).toEqual([]);
  });

  test('of more than there is, or of no product, is a dead letter and changes nothing', async () => {
    const product = await addStock(database, 5);
    const none = unique('NONE');
    consume();
    const values = [
      { productId: product, qty: 6 },
      { productId: none, qty: 1 },
      { productId: product, qty: 5 },
    ];
    await type(...values.map((value) => ({ value, partition: 0 })));
    await eventually(() => countsOf(database, product), { available: 0, reserved: 0, sold: 0, moved: 5 });
    expect(await deadLetters(2)).toEqual(
      expect.arrayContaining([
        {
          value: JSON.stringify(values[0]),
          reason: `6 units of "${product}" cannot be moved, only 5 are available`,
        },
        { value: JSON.stringify(values[1]), reason: `there is no product "${none}"` },
      ]),
    );
  });
});

describe('bad records', () => {
  test('of every kind become dead letters that say why, and the good ones among them are applied', async () => {
    const product = await addStock(database, 100);
    const good = () => order(product, 1);
    const noUser = { ...good(), userId: undefined };
    const bad: [Typed['value'], string, Record<string, string>?][] = [
      [null, 'the value is null'],
      ['not json', 'the value is not JSON'],
      [Buffer.alloc(900_000, 'x'), 'the value is not JSON'],
      [Buffer.from([0xff, 0x00]), 'the value is not UTF-8'],
      ['[]', 'expected a JSON object'],
      ['{}', 'productId is missing'],
      [noUser, 'userId is missing'],
      [{ ...good(), qty: '1' }, 'qty is "1"'],
      [{ ...good(), qty: 0, totalPrice: 0 }, 'qty is 0'],
      [{ ...good(), qty: 10_001, totalPrice: 10_001 * 1500 }, 'qty is 10001'],
      [{ ...good(), totalPrice: 1 }, 'totalPrice is 1; expected 1500'],
      [{ ...good(), orderId: '' }, 'orderId is ""'],
      [{ ...good(), orderId: 'x'.repeat(65) }, 'orderId is "xxx'],
      [`{"productId":"${product}","qty":1,"orderId":"\\udc00"}`, 'orderId is "\\udc00"'],
      [{ ...good(), placedAt: 'now' }, 'placedAt is "now"'],
      [good(), 'the type "Nonsense" is unknown', { type: 'Nonsense' }],
    ];
    consume();
    for (const [value, , headers = {}] of bad) {
      await type({ value, headers, partition: 0 }, { value: good(), partition: 0 });
    }
    await eventually(() => countsOf(database, product), {
      available: 100 - bad.length,
      reserved: bad.length,
      sold: 0,
      moved: 0,
    });
    const letters = await deadLetters(bad.length);
    for (const [, reason] of bad) {
      expect(letters.map((letter) => letter.reason)).toContainEqual(expect.stringContaining(reason));
    }
    expect(letters.map((letter) => letter.value)).toContain('x'.repeat(900_000));
  });
});

describe('a topic that is deleted and created anew', () => {
  test('moves stock by the records typed after that, once each, identical or not', async () => {
    const product = await addStock(database, 100);
    consume();
    const value = { productId: product, qty: 10 };
    await type({ value, partition: 0 });
    await eventually(() => countsOf(database, product), { available: 90, reserved: 0, sold: 0, moved: 10 });
    await withAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
    await createTopics(6, topic);
    await type({ value, partition: 0 }, { value: order(product, 1), partition: 0 });
    await eventually(() => countsOf(database, product), { available: 79, reserved: 1, sold: 0, moved: 20 });
  });
});
