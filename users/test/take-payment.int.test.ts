import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Append } from '@ordermesh/chassis/appender';
import { createConsumer } from '@ordermesh/chassis/consumer';
import type { Database } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createKafka } from '@ordermesh/chassis/kafka';
import { createTopics } from '@ordermesh/chassis/testing/create-topics';
import { createDeposit } from '../src/deposit.ts';
import type { StockEvent } from '../src/events.ts';
import { createMoneyTotals } from '../src/money-totals.ts';
import type { Order } from '../src/payment.ts';
import { republishPayments } from '../src/republish-payments.ts';
import { createTakePayment } from '../src/take-payment.ts';
import { anOrder, released, reserved } from './orders.ts';
import { createPaymentsDatabase, silent, type PaymentsDatabase } from './payments-database.ts';
import { readStack, runScript } from './running-users.ts';

jest.setTimeout(60_000);

const stack = readStack();
let own: PaymentsDatabase;
let database: Database;
beforeAll(async () => {
  own = await createPaymentsDatabase(stack);
  database = own.database;
});
afterAll(() => own.drop());
beforeEach(async () => {
  for (const table of ['published', 'payments', 'ledger', 'wallets', 'accounts'])
    await database.sql.query(`DELETE FROM ${table}`);
});

const handlerOn = (on: Database) => createTakePayment({ database: on });
const apply = (...events: StockEvent[]) => handlerOn(database).apply(events);

const balanceOf = async (userId: string): Promise<number | undefined> =>
  (await own.rows<{ balance: number }>('SELECT balance FROM wallets WHERE user_id = ?', [userId]))[0]
    ?.balance;

const statusesOf = async (orders: Order[]): Promise<(string | undefined)[]> => {
  const rows = await own.rows<{ id: string; status: string; reason: string | null }>(
    'SELECT order_id AS id, status, reason FROM payments',
  );
  const byId = new Map(rows.map(({ id, status, reason }) => [id, reason ? `${status} ${reason}` : status]));
  return orders.map(({ orderId }) => byId.get(orderId));
};

/** What must hold whenever nothing is under way, told from the tables and not from what the code believes. */
async function expectBalancedBooks(deposited: number): Promise<void> {
  expect(
    await own.rows(`SELECT user_id, balance, SUM(amount) FROM wallets LEFT JOIN ledger USING (user_id)
      GROUP BY user_id, balance HAVING balance <> COALESCE(SUM(amount), 0) OR balance < 0`),
  ).toEqual([]);
  expect(
    await own.rows(`SELECT order_id, status FROM payments WHERE amount <> COALESCE(
      (SELECT -amount FROM ledger WHERE kind = 'PAYMENT' AND reference = order_id AND user_id = payments.user_id), 0)
      OR IF(status = 'REFUNDED', amount, 0) <> COALESCE(
      (SELECT amount FROM ledger WHERE kind = 'REFUND' AND reference = order_id AND user_id = payments.user_id), 0)`),
  ).toEqual([]);
  expect(await own.rows('SELECT * FROM outbox')).toEqual([]);
  const totals = await createMoneyTotals({ database })();
  expect(totals.deposited).toBe(deposited);
  expect(totals.wallets + totals.paymentsKept).toBe(deposited);
  const [given] = await own.rows<{ sum: string }>('SELECT SUM(deposited) AS sum FROM wallets');
  expect(Number(given?.sum)).toBe(deposited);
}

/** Each event that the payments tell of was published, once, an order's own in their order. */
async function expectPublishedOnce(): Promise<void> {
  const published = await own.published();
  expect(new Set(published.map(({ id }) => id)).size).toBe(published.length);
  const byOrder = Map.groupBy(published, ({ orderId }) => orderId);
  const typesOf: Record<string, string[][]> = {
    PAID: [['PaymentCompleted']],
    DECLINED: [['PaymentDeclined']],
    VOIDED: [['PaymentRefunded']],
    REFUNDED: [['PaymentCompleted', 'PaymentRefunded']],
  };
  const rows = await own.rows<{ id: string; status: string }>('SELECT order_id AS id, status FROM payments');
  expect(byOrder.size).toBe(rows.length);
  for (const { id, status } of rows) {
    expect(typesOf[status]).toContainEqual(byOrder.get(id)?.map(({ type }) => type));
  }
}

test('an order is paid, released and refunded: wallet, ledger, payment and events tell the same', async () => {
  const userId = await own.addUser(1_000);
  const order = anOrder({ userId });
  await apply(reserved(order));
  expect([await balanceOf(userId), ...(await statusesOf([order]))]).toEqual([700, 'PAID']);
  expect((await createMoneyTotals({ database })()).paymentsKept).toBe(300);
  await apply(released(order));
  expect([await balanceOf(userId), ...(await statusesOf([order]))]).toEqual([1_000, 'REFUNDED']);
  expect(
    await own.rows('SELECT kind, amount, reference FROM ledger WHERE user_id = ? ORDER BY id', [userId]),
  ).toEqual([
    { kind: 'DEPOSIT', amount: 1_000, reference: 'first' },
    { kind: 'PAYMENT', amount: -300, reference: order.orderId },
    { kind: 'REFUND', amount: 300, reference: order.orderId },
  ]);
  await expectBalancedBooks(1_000);
  await expectPublishedOnce();
  const [completed, refunded] = await own.published();
  expect(completed?.traceparent).toBe(reserved(order).traceparent);
  const { placedAt, ...rest } = order;
  expect(JSON.parse(completed?.payload ?? '')).toEqual({ ...rest, placedAt: placedAt.toISOString() });
  expect(JSON.parse(refunded?.payload ?? '')).toMatchObject({
    placedAt: placedAt.toISOString(),
    amount: 300,
  });
});

test('a short wallet and an unknown user are recorded, and stay declined when the events come again', async () => {
  const userId = await own.addUser(299);
  const [short, unknown, early] = [
    anOrder({ userId }),
    anOrder({ userId: randomUUID() }),
    anOrder({ userId }),
  ];
  await apply(reserved(short), reserved(unknown), released(early));
  const outcome = ['DECLINED INSUFFICIENT_FUNDS', 'DECLINED UNKNOWN_USER', 'VOIDED'];
  expect(await statusesOf([short, unknown, early])).toEqual(outcome);
  await createDeposit({ database })(userId, 1_000, 'later');
  await apply(reserved(short), reserved(unknown), reserved(early), released(short), released(unknown));
  expect(await statusesOf([short, unknown, early])).toEqual(outcome);
  expect(await balanceOf(userId)).toBe(1_299);
  await expectBalancedBooks(1_299);
  await expectPublishedOnce();
});

test('the largest wallet pays its last unit and gets it back', async () => {
  const most = Number.MAX_SAFE_INTEGER;
  const userId = await own.addUser(most);
  const order = anOrder({ userId, qty: 1, unitPrice: most, totalPrice: most });
  await apply(reserved(order));
  expect(await balanceOf(userId)).toBe(0);
  await apply(released(order));
  expect(await balanceOf(userId)).toBe(most);
  await expectBalancedBooks(most);
});

test('a batch takes the same number of statements whatever its size', async () => {
  const one = await own.open(1);
  const userId = await own.addUser(1_000_000);
  const statements = async () => {
    const [row] = await one.sql.query<{ Value: string }[]>("SHOW SESSION STATUS LIKE 'Questions'");
    return Number(row?.Value);
  };
  const cost = async (count: number) => {
    const orders = Array.from({ length: count }, () => anOrder({ userId }));
    await handlerOn(one).apply(orders.map((order) => reserved(order)));
    const before = await statements();
    const others = Array.from({ length: count }, () => anOrder({ userId }));
    await handlerOn(one).apply([...orders.map((o) => released(o)), ...others.map((o) => reserved(o))]);
    return (await statements()) - before;
  };
  await cost(2);
  expect(await cost(200)).toBe(await cost(2));
});

/** Orders of a few users, too many for their wallets, a third of them released later; some before they were reserved. */
async function aBusyDay() {
  const balances = [0, 5_000, 20_000, 1_000_000];
  const users = [...(await Promise.all(balances.map((balance) => own.addUser(balance)))), randomUUID()];
  const orders = Array.from({ length: 300 }, (_, n) =>
    anOrder({ userId: users[n % users.length] ?? '', qty: 1 + (n % 7) }),
  );
  const events: StockEvent[] = [];
  orders.forEach((order, n) => {
    if (n % 11 === 0) events.push(released(order));
    events.push(reserved(order));
    const earlier = orders[n - 30];
    if (earlier && n % 3 === 0) events.push(released(earlier));
  });
  return { orders, events, deposited: balances.reduce((sum, balance) => sum + balance, 0) };
}

async function applyInBatches(on: Database, events: StockEvent[], size: number): Promise<void> {
  for (let from = 0; from < events.length; from += size)
    await handlerOn(on).apply(events.slice(from, from + size));
}

describe('two instances that are given the same records at once', () => {
  test('pay and refund each order once, and no wallet falls below zero', async () => {
    const { orders, events, deposited } = await aBusyDay();
    const [one, other] = [await own.open(), await own.open()];
    let over = false;
    let lowest = 0;
    const watch = async () => {
      while (!over) {
        const [row] = await own.rows<{ low: number }>('SELECT MIN(balance) AS low FROM wallets');
        lowest = Math.min(lowest, row?.low ?? 0);
        await delay(5);
      }
    };
    const watching = watch();
    await Promise.all([applyInBatches(one, events, 37), applyInBatches(other, events, 41)]);
    over = true;
    await watching;
    expect(lowest).toBe(0);
    expect(new Set(await statusesOf(orders))).toEqual(
      new Set(['PAID', 'REFUNDED', 'VOIDED', 'DECLINED INSUFFICIENT_FUNDS', 'DECLINED UNKNOWN_USER']),
    );
    await expectBalancedBooks(deposited);
    await expectPublishedOnce();
  });

  test('share a wallet with deposits that are made meanwhile', async () => {
    const userId = await own.addUser(0);
    const orders = Array.from({ length: 60 }, () => anOrder({ userId }));
    const [one, other] = [await own.open(), await own.open()];
    const deposit = createDeposit({ database });
    await Promise.all([
      ...Array.from({ length: 40 }, (_, n) => deposit(userId, 300, `deposit-${n}`)),
      applyInBatches(
        one,
        orders.slice(0, 30).map((order) => reserved(order)),
        1,
      ),
      applyInBatches(
        other,
        orders.slice(30).map((order) => reserved(order)),
        3,
      ),
    ]);
    await applyInBatches(
      one,
      orders.map((order) => released(order)),
      60,
    );
    expect(await balanceOf(userId)).toBe(40 * 300);
    await expectBalancedBooks(40 * 300);
    await expectPublishedOnce();
  });

  test('do not wait for each other for ever when their batches name the same users in opposite order', async () => {
    const users = await Promise.all(Array.from({ length: 10 }, () => own.addUser(100_000)));
    const ordersOf = (ids: string[]) => ids.map((userId) => reserved(anOrder({ userId })));
    const [one, other] = [await own.open(), await own.open()];
    for (let round = 0; round < 20; round++) {
      await Promise.all([
        handlerOn(one).apply(ordersOf(users)),
        handlerOn(other).apply(ordersOf(users.toReversed())),
      ]);
    }
    expect(await own.rows("SELECT COUNT(*) AS n FROM payments WHERE status = 'PAID'")).toEqual([{ n: 400 }]);
    await expectBalancedBooks(1_000_000);
  });
});

test('all events again, from the first, change nothing and publish nothing', async () => {
  const { events, deposited } = await aBusyDay();
  await applyInBatches(database, events, 50);
  const [before, published] = [await own.state(), (await own.published()).length];
  await applyInBatches(database, events, 64);
  await applyInBatches(database, events, 1_000);
  expect(await own.state()).toEqual(before);
  expect(await own.published()).toHaveLength(published);
  await expectBalancedBooks(deposited);
});

test('a batch that cannot be written leaves nothing behind', async () => {
  const userId = await own.addUser(1_000);
  const [fine, broken] = [anOrder({ userId }), anOrder({ userId })];
  // As no code does it: money taken for an order without a payment.
  await database.sql.query(
    "INSERT INTO ledger (user_id, kind, amount, reference, created_at) VALUES (?, 'PAYMENT', 0, ?, NOW(3))",
    [userId, broken.orderId],
  );
  await expect(apply(reserved(fine), reserved(broken))).rejects.toThrow(/Duplicate entry/);
  expect(await statusesOf([fine, broken])).toEqual([undefined, undefined]);
  expect([await balanceOf(userId), await own.published()]).toEqual([1_000, []]);
});

describe('republish', () => {
  const republish = () => runScript('src/republish.ts', own.environment);

  test('publishes the events of all payments anew, an order\u2019s in their order, and changes nothing', async () => {
    const { events } = await aBusyDay();
    await applyInBatches(database, events, 100);
    const [before, published] = [await own.state(), await own.published()];
    await database.sql.query('DELETE FROM published');
    expect(await republish()).toEqual({
      exitCode: 0,
      output: `${published.length} events of 300 payments published anew\n`,
      errors: '',
    });
    const anew = await own.published();
    const asSent = (all: typeof anew) =>
      Map.groupBy(
        all.map(({ id, type, orderId, payload }) => ({ id, type, orderId, payload })),
        ({ orderId }) => orderId,
      );
    expect(asSent(anew)).toEqual(asSent(published));
    expect(new Set(anew.map(({ traceparent }) => traceparent)).size).toBe(1);
    expect(await own.state()).toEqual(before);
  });

  test('has nothing to do where nothing was paid', async () => {
    expect(await republish()).toMatchObject({
      exitCode: 0,
      output: '0 events of 0 payments published anew\n',
    });
  });

  test('beside instances at work neither holds them up nor lets an old event overtake a newer one', async () => {
    const { events, deposited } = await aBusyDay();
    let over = false;
    const republishing = async () => {
      const beside = await own.open();
      while (!over) await republishPayments(beside);
    };
    const busy = republishing();
    await applyInBatches(database, events, 20);
    over = true;
    await busy;
    await expectBalancedBooks(deposited);
    const rows = await own.rows<{ id: string; status: string }>(
      'SELECT order_id AS id, status FROM payments',
    );
    const byOrder = Map.groupBy(await own.published(), ({ orderId }) => orderId);
    for (const { id, status } of rows) {
      const last = byOrder.get(id)?.at(-1)?.type;
      const expected = { PAID: 'PaymentCompleted', DECLINED: 'PaymentDeclined' }[status] ?? 'PaymentRefunded';
      expect([id, last]).toEqual([id, expected]);
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

describe('on a topic', () => {
  const topic = `catalogs.events-${randomUUID()}`;
  const kafka = createKafka({ brokers: [stack.kafkaBrokers], clientId: 'users-test', log: silent });
  const admin = kafka.admin();
  const producer = kafka.producer();
  beforeAll(async () => {
    await Promise.all([admin.connect(), producer.connect()]);
    await createTopics(kafka, [{ topic, numPartitions: 6 }]);
  });
  afterAll(async () => {
    await admin.deleteTopics({ topics: [topic] });
    await Promise.all([admin.disconnect(), producer.disconnect()]);
  });

  /** As a member of a group of its own would, and the dead letters that came of it. */
  function startConsumer(on: Database, groupId: string) {
    const letters: Append[] = [];
    const consumer = createConsumer({
      kafka,
      groupId,
      handler: { ...handlerOn(on), topics: [topic] },
      appender: { append: (letter) => Promise.resolve(void letters.push(letter)) },
      health: createHealth({ service: 'users', instance: 'test' }),
      log: silent,
    });
    return { consumer, letters };
  }

  async function untilRead(groupId: string): Promise<void> {
    const ends = await admin.fetchTopicOffsets(topic);
    let seen: unknown;
    for (const deadline = Date.now() + 40_000; Date.now() < deadline; await delay(100)) {
      const [committed] = await admin.fetchOffsets({ groupId, topics: [topic] });
      const read = new Map(committed?.partitions.map((each) => [each.partition, Number(each.offset)]));
      if (ends.every(({ partition, high }) => Number(high) === 0 || read.get(partition) === Number(high)))
        return;
      seen = committed;
    }
    throw new Error(`${groupId} did not read to the end: ${JSON.stringify({ ends, seen })}`);
  }

  test('two groups that read all of it at once settle each order once, and turn away what is malformed', async () => {
    const { events, deposited } = await aBusyDay();
    const toMessage = ({ type, order, traceparent = '' }: StockEvent) => ({
      key: order.orderId,
      value: JSON.stringify(order),
      headers: { id: randomUUID(), type, traceparent },
    });
    const odd = [
      { key: 'x', value: 'no JSON', headers: { type: 'StockReserved' } },
      { key: 'x', value: '{}', headers: { type: 'StockVanished' } },
      { key: 'x', value: '{}', headers: { type: 'StockRejected' } },
      { key: 'probe', value: '{}', headers: { type: 'Probe' } },
    ];
    await producer.send({ topic, messages: [...odd, ...events.map(toMessage)] });

    const groups = [`users-${randomUUID()}`, `users-${randomUUID()}`];
    const members = await Promise.all(groups.map(async (group) => startConsumer(await own.open(), group)));
    await Promise.all(members.map(({ consumer }) => consumer.start()));
    await Promise.all(groups.map(untilRead));
    await Promise.all(members.map(({ consumer }) => consumer.stop()));

    await expectBalancedBooks(deposited);
    await expectPublishedOnce();
    for (const [index, { letters }] of members.entries()) {
      expect(letters.map(({ topic: to, headers }) => [to, headers['dead-letter-reason']])).toEqual([
        [`${groups[index]}.dlq`, 'the value is not JSON'],
        [`${groups[index]}.dlq`, `the type "StockVanished" is unknown on ${topic}`],
      ]);
    }
    const before = await own.state();
    const anew = `users-${randomUUID()}`;
    const again = startConsumer(database, anew);
    await again.consumer.start();
    await untilRead(anew);
    await again.consumer.stop();
    expect(await own.state()).toEqual(before);
  });
});
