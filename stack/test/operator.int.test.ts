import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Partitioners, type KafkaMessage, type Message } from 'kafkajs';
import { z } from 'zod';
import { readTopics } from '../src/dlq/read-topics.ts';
import { createTopics } from '@ordermesh/connectors/create-topics';
import { createKafkaClient } from '@ordermesh/connectors/kafka-client';
import { partitionOf } from '../src/order/where.ts';
import { root } from '../src/paths.ts';
import { runningStack, waitFor } from '../src/testing.ts';

const stack = runningStack();
/** Sets apart the records of this run. */
const run = `t${Date.now().toString(36)}`;
const kafka = createKafkaClient(stack.kafkaBrokers);
const admin = kafka.admin();
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
const ownTopics: string[] = [];

beforeAll(async () => {
  await admin.connect();
  await producer.connect();
});
afterAll(async () => {
  await admin.deleteTopics({ topics: ownTopics }).catch(() => undefined);
  await admin.deleteGroups(ownTopics.map((topic) => `replay.${topic}`)).catch(() => undefined);
  await producer.disconnect();
  await admin.disconnect();
});

type Ran = { code: number | null; out: string; err: string };

/** Runs a command line as a process of its own. */
function cli(file: 'dlq' | 'order', ...args: string[]): Promise<Ran> {
  const data = args.includes('--data') ? [] : ['--data', stack.dir];
  const child = spawn(process.execPath, [`stack/src/${file}.ts`, ...data, ...args], { cwd: root });
  const ran: Ran = { code: null, out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (ran.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (ran.err += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ran, code })));
}

async function json<S extends z.ZodType>(schema: S, ...args: Parameters<typeof cli>): Promise<z.output<S>> {
  const { out, err } = await cli(...args, '--json');
  if (out === '') throw new Error(err);
  return schema.parse(JSON.parse(out));
}

const shown = z.array(
  z.looseObject({
    ...{ partition: z.number(), offset: z.number(), waiting: z.boolean(), reason: z.string().optional() },
    ...{ identity: z.string().optional(), value: z.unknown(), headers: z.record(z.string(), z.unknown()) },
    from: z.looseObject({ topic: z.string(), partition: z.number(), offset: z.number() }).optional(),
  }),
);
const replayed = z.looseObject({ waited: z.number(), replayed: z.number() });

type Stored = KafkaMessage & { partition: number };

/** The records of a topic that `wanted` says are of this run. */
async function stored(topic: string, wanted: (message: KafkaMessage) => boolean): Promise<Stored[]> {
  const found: Stored[] = [];
  const ends = await admin.fetchTopicOffsets(topic);
  await readTopics({
    kafka,
    admin,
    ranges: ends.map(({ partition, low, high }) => ({
      topic,
      partition,
      from: Number(low),
      to: Number(high),
    })),
    onMessages: ({ partition }, messages) => {
      found.push(...messages.filter(wanted).map((message) => ({ ...message, partition })));
      return true;
    },
  });
  return found.sort((a, b) => Number(a.offset) - Number(b.offset));
}

const mentions = (text: string) => (message: KafkaMessage) => message.value?.includes(text) === true;
const textOf = (header: unknown) => (Buffer.isBuffer(header) ? header.toString() : undefined);

/** A dead-letter topic of this run's own, which nobody else replays. */
async function createOwn(name: string, messages: Message[]): Promise<string> {
  const topic = `${run}-${name}.dlq`;
  ownTopics.push(topic);
  await createTopics(admin, [{ topic, numPartitions: 3 }]);
  await producer.send({ topic, messages });
  return topic;
}

async function graphql(token: string, query: string): Promise<unknown> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const response = await fetch(stack.graphql, { method: 'POST', headers, body: JSON.stringify({ query }) });
  const { data, errors } = z
    .looseObject({ data: z.unknown(), errors: z.unknown().optional() })
    .parse(await response.json());
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

const ledger = z.object({
  product: z.object({ stock: z.number(), ledger: z.object({ moved: z.number() }) }),
});
async function stockOf(id: string): Promise<{ stock: number; moved: number }> {
  const data = await graphql(stack.demo.admin.token, `{ product(id: "${id}") { stock ledger { moved } } }`);
  const { product } = ledger.parse(data);
  return { stock: product.stock, moved: product.ledger.moved };
}

describe('a stock movement of a product that does not exist yet', () => {
  const product = `${run}-LATER`;
  const isMine = mentions(product);
  const mine = async () =>
    (await json(shown, 'dlq', 'show', 'catalogs.dlq')).filter(({ value }) => String(value).includes(product));

  test('is a dead letter that waits, with its reason and where it came from', async () => {
    const value = JSON.stringify({ productId: product, qty: 10 });
    const headers = { note: Buffer.from('ff00', 'hex') };
    await producer.send({ topic: 'orders.events', messages: [{ value, headers }] });
    const [letter] = await waitFor(async () => (await mine()).length === 1 && mine(), {
      what: 'the dead letter',
      interval: 500,
    });
    expect(letter).toMatchObject({
      ...{ waiting: true, consumer: 'catalogs', reason: `there is no product "${product}"` },
      ...{ from: { topic: 'orders.events' }, headers: { note: { base64: '/wA=' } } },
    });
    const { out } = await cli('dlq', 'list');
    expect(out).toMatch(/^catalogs\.dlq +[1-9]\d* +[1-9]\d* +20\d\d-/m);
  });

  test('is applied once after the product was added, though two replay it at once', async () => {
    await graphql(
      stack.demo.admin.token,
      `mutation { addProduct(input: { id: "${product}", name: "Later", unitPrice: 5, stock: 25 }) { id } }`,
    );
    const replays = await Promise.all([
      cli('dlq', 'replay', 'catalogs.dlq'),
      cli('dlq', 'replay', 'catalogs.dlq'),
    ]);
    expect(replays.map(({ code }) => code)).toEqual([0, 0]);
    await waitFor(async () => (await stockOf(product)).moved > 0, { what: 'the movement', interval: 200 });
    expect(await stockOf(product)).toEqual({ stock: 15, moved: 10 });
    const [first, again, ...more] = await stored('orders.events', isMine);
    expect(more).toEqual([]);
    expect(again).toMatchObject({ key: null, value: first?.value, timestamp: first?.timestamp });
    expect(again?.headers).toEqual({
      note: Buffer.from('ff00', 'hex'),
      'dead-letter-origin': Buffer.from(
        `orders.events-${first?.partition}-${first?.offset}-${first?.timestamp}`,
      ),
    });
  });

  test('is not replayed a second time', async () => {
    expect((await mine()).map(({ waiting }) => waiting)).toEqual([false]);
    await cli('dlq', 'replay', 'catalogs.dlq');
    expect(await stored('orders.events', isMine)).toHaveLength(2);
    expect(await stockOf(product)).toEqual({ stock: 15, moved: 10 });
  });

  test('is applied once even when a crash between append and commit makes it go back twice', async () => {
    const [letter] = await stored('catalogs.dlq', isMine);
    const own = await createOwn('twice', [{ value: letter?.value ?? null, headers: letter?.headers }]);
    expect(await json(replayed, 'dlq', 'replay', own)).toMatchObject({ waited: 1, replayed: 1 });
    // Behind it in its partition comes one that moves one unit more: what is before has been dealt with then.
    const [first] = await stored('orders.events', isMine);
    const value = JSON.stringify({ productId: product, qty: 1 });
    await producer.send({ topic: 'orders.events', messages: [{ value, partition: first?.partition }] });
    await waitFor(async () => (await stockOf(product)).moved > 10, {
      what: 'the last movement',
      interval: 200,
    });
    expect(await stockOf(product)).toEqual({ stock: 14, moved: 11 });
    expect(await stored('orders.events', isMine)).toHaveLength(4);
  });
});

describe("a dead letter of Kafka Connect's sink", () => {
  const bad = `{"schema":null,"payload":{"order_id":"${run}-bad"}}`;
  const isMine = mentions(`${run}-bad`);
  const mine = async () =>
    (await json(shown, 'dlq', 'show', 'orders-sink.dlq')).filter(({ value }) => value === bad);

  test('is shown like any other, without the headers of Connect', async () => {
    const headers = { malformed: 'yes' };
    await producer.send({ topic: 'orders', messages: [{ key: run, value: bad, headers }] });
    const [letter] = await waitFor(async () => (await mine()).length === 1 && mine(), {
      what: 'the dead letter',
      interval: 500,
    });
    expect(letter).toMatchObject({
      ...{ waiting: true, consumer: 'orders-sink', key: run, headers: { malformed: 'yes' } },
      ...{ from: { topic: 'orders' }, reason: expect.stringMatching(/./) },
    });
    expect(Object.keys(letter?.headers ?? {})).toEqual(['malformed']);
  });

  test('goes back as it was, once, and its origin with it when it dies again', async () => {
    const [letter] = await stored('orders-sink.dlq', isMine);
    expect(textOf(letter?.headers?.['__connect.errors.topic'])).toBe('orders');
    const own = await createOwn('sink', [
      {
        ...{ key: letter?.key ?? null, value: letter?.value ?? null },
        ...{ headers: letter?.headers, timestamp: letter?.timestamp },
      },
    ]);
    expect(await json(replayed, 'dlq', 'replay', own)).toMatchObject({ waited: 1, replayed: 1 });
    expect(await json(replayed, 'dlq', 'replay', own)).toMatchObject({ waited: 0, replayed: 0 });
    const [first, again, ...more] = await stored('orders', isMine);
    expect(more).toEqual([]);
    const origin = `orders-${first?.partition}-${first?.offset}-${first?.timestamp}`;
    expect(again).toMatchObject({
      key: Buffer.from(run),
      value: Buffer.from(bad),
      partition: first?.partition,
    });
    expect(again?.headers).toEqual({
      malformed: Buffer.from('yes'),
      'dead-letter-origin': Buffer.from(origin),
    });
    const letters = await waitFor(async () => (await mine()).length === 2 && mine(), {
      what: 'the new dead letter',
      interval: 500,
    });
    expect(letters.map(({ identity }) => identity)).toEqual([origin, origin]);
  });
});

describe('a replay', () => {
  const from = (topic: string, offset: number) => ({
    ...{ 'dead-letter-topic': topic, 'dead-letter-partition': '0', 'dead-letter-offset': String(offset) },
    ...{ 'dead-letter-consumer': 'nobody', 'dead-letter-origin': `${topic}-0-${offset}-0` },
  });

  test('passes over what has no origin and stops before what cannot go back yet', async () => {
    const target = `${run}-target`;
    const own = await createOwn('mixed', [
      { partition: 0, value: 'typed by hand' },
      { partition: 0, value: 'first', headers: from(target, 0) },
      { partition: 1, value: 'second', headers: from(target, 1) },
    ]);
    const early = await cli('dlq', 'replay', own);
    expect(early.code).toBe(1);
    expect(early.out.split('\n').sort().slice(1)).toEqual([
      `passed over ${own}-0@0: it does not say where it came from`,
      `replayed 0 of the 3 dead letters that waited in ${own}`,
      `stopped: ${own}-0@1 came from ${target}, which does not exist`,
      `stopped: ${own}-1@0 came from ${target}, which does not exist`,
    ]);
    ownTopics.push(target);
    await createTopics(admin, [{ topic: target, numPartitions: 1 }]);
    const late = await cli('dlq', 'replay', own);
    expect(late).toMatchObject({ code: 0, err: '' });
    expect(late.out).toBe(`replayed 2 of the 2 dead letters that waited in ${own}: 2 to ${target}\n`);
    const values = (await stored(target, () => true)).map(({ value }) => String(value));
    expect(values.sort()).toEqual(['first', 'second']);
  });

  test('takes a record as large as its topic allows', async () => {
    const target = `${run}-large`;
    ownTopics.push(target);
    await createTopics(admin, [{ topic: target, numPartitions: 1 }]);
    const large = 'x'.repeat(1_048_588 - 80);
    const topic = `${run}-large.dlq`;
    ownTopics.push(topic);
    const configEntries = [{ name: 'max.message.bytes', value: '2097152' }];
    await createTopics(admin, [{ topic, numPartitions: 1, configEntries }]);
    await producer.send({ topic, messages: [{ value: large, headers: from(target, 0) }] });
    expect(await json(replayed, 'dlq', 'replay', topic)).toMatchObject({ waited: 1, replayed: 1 });
    const [back] = await stored(target, () => true);
    expect(back?.value?.length).toBe(large.length);
  });
});

describe('the history of an order', () => {
  const history = z.looseObject({
    placedAt: z.string(),
    events: z.array(z.looseObject({ type: z.string(), topic: z.string(), sincePlacementMs: z.number() })),
  });

  test('holds what the topics tell of an order that was placed', async () => {
    const data = await graphql(
      stack.demo.customer.token,
      'mutation { placeOrder(input: { productId: "CATALOG-001", qty: 1 }) { id } }',
    );
    const { id } = z.object({ placeOrder: z.object({ id: z.string() }) }).parse(data).placeOrder;
    const { events } = await waitFor(
      async () => {
        const found = await json(history, 'order', id);
        return found.events.some(({ topic }) => topic === 'orders') && found;
      },
      { what: 'the row of the order', interval: 300 },
    );
    expect(events[0]).toMatchObject({
      ...{ type: 'OrderPlaced', topic: 'orders.events', partition: partitionOf(id, 6) },
      traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(events.find(({ type }) => type === 'OrderRow')).toMatchObject({ topic: 'orders' });
    expect(events.every(({ sincePlacementMs: ms }) => ms >= 0 && ms < 60_000)).toBe(true);
    const { out } = await cli('order', id);
    expect(out).toMatch(new RegExp(`^order ${id}, placed 20`));
    expect(out).toMatch(/^\+\d+\.\d{3} s {2}OrderPlaced +orders\.events +\d +\d+ /m);
  });

  test('holds records that were typed without a key, in whatever partition they are', async () => {
    const id = `${run}-typed`;
    const partition = (partitionOf(id, 6) + 1) % 6;
    const value = JSON.stringify({
      orderId: id,
      userId: 'u',
      productId: 'none',
      qty: 1,
      unitPrice: 1,
      totalPrice: 1,
    });
    await producer.send({ topic: 'orders.events', messages: [{ partition, value }] });
    const { events } = await json(history, 'order', id);
    expect(events[0]).toMatchObject({ type: 'OrderPlaced', topic: 'orders.events', partition });
  });
});

describe('a mistake is one line', () => {
  test.each<[string, number, RegExp, ...Parameters<typeof cli>]>([
    ['an order that nobody placed', 1, /^no topic tells of an order "none-such"$/, 'order', 'none-such'],
    [
      'a topic that does not exist',
      1,
      /^there is no dead-letter topic "no\.dlq", only /,
      'dlq',
      'show',
      'no.dlq',
    ],
    ['a topic of another kind', 1, /^there is no dead-letter topic "orders", /, 'dlq', 'replay', 'orders'],
    ['no stack', 1, /^no stack runs on \/nowhere: /, 'dlq', '--data', '/nowhere', 'list'],
    ['a command that does not exist', 2, /^there is no command "purge" \(see --help\)$/, 'dlq', 'purge'],
    ['no order', 2, /^which order\? \(see --help\)$/, 'order'],
  ])('%s: exit code %i', async (_, code, line, file, ...args) => {
    const ran = await cli(file, ...args);
    expect(ran).toMatchObject({ code, out: '' });
    expect(ran.err.trimEnd()).toMatch(line);
  });
});
