import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Kafka, logLevel } from 'kafkajs';
import { z } from 'zod';
import { createAppender, type Appender } from '../src/appender.ts';
import { createHealth } from '../src/health.ts';
import { createLogger } from '../src/log.ts';
import '../src/kafka.ts';
import { createTopics } from '../src/testing/create-topics.ts';

const dir = process.env['ORDERMESH_DATA'];
if (!dir) throw new Error('ORDERMESH_DATA must name the folder of a running stack; `npm test` sets it');
const { kafkaBrokers } = z
  .object({ kafkaBrokers: z.string() })
  .parse(JSON.parse(readFileSync(join(dir, 'stack.json'), 'utf8')));

/** A way to the broker that the test can cut (connections refused and reset) or stop (nothing comes through). */
function createWay() {
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'stopped' = 'open';
  const kafka = new Kafka({
    brokers: kafkaBrokers.split(','),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 10_000,
    // Pauses are shorter than in production, so that no request that was given up outlives the test.
    retry: { initialRetryTime: 100, maxRetryTime: 500, retries: 8 },
    socketFactory: ({ host, port, onConnect }) => {
      // Nothing listens on port 1.
      const socket = connect(state === 'cut' ? 1 : port, host, onConnect);
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      if (state === 'stopped') socket.pause();
      return socket;
    },
  });
  return {
    kafka,
    cut() {
      state = 'cut';
      for (const socket of sockets) socket.destroy(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    },
    stop() {
      state = 'stopped';
      for (const socket of sockets) socket.pause();
    },
    open() {
      state = 'open';
      for (const socket of sockets) socket.resume();
    },
    connections: () => sockets.size,
  };
}

const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });
const topic = `appender-${randomUUID()}`;
const direct = createWay();
const admin = direct.kafka.admin();
const unhandled: unknown[] = [];
const remember = (error: unknown) => unhandled.push(error);

let way: ReturnType<typeof createWay>;
let appender: Appender;

async function open() {
  way = createWay();
  appender = createAppender({ kafka: way.kafka, health: createHealth({ service: 't', instance: 't' }), log });
  await appender.start();
  await append('warm', 'up');
}
const append = (key: string | null, value: string) => appender.append({ topic, key, value, headers: {} });

/** Whether it was acknowledged, and after how long, in milliseconds. */
async function attempt(value: string) {
  const started = performance.now();
  const acknowledged = await append('key', value).then(
    () => true,
    () => false,
  );
  return { value, acknowledged, ms: performance.now() - started };
}

/** Everything in the topic, by partition. */
async function readTopic(): Promise<string[][]> {
  const ends = await admin.fetchTopicOffsets(topic);
  const missing = new Map(
    ends.filter(({ high }) => high !== '0').map((end) => [end.partition, BigInt(end.high)]),
  );
  const values: string[][] = ends.map(() => []);
  const consumer = direct.kafka.consumer({ groupId: `reader-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  const all = Promise.withResolvers<undefined>();
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ partition, message }) => {
      values[partition]?.push(String(message.value));
      const end = missing.get(partition);
      if (end !== undefined && BigInt(message.offset) + 1n >= end) missing.delete(partition);
      if (missing.size === 0) all.resolve(undefined);
      return Promise.resolve();
    },
  });
  await all.promise;
  await consumer.disconnect();
  return values;
}

async function untilAppended(withinMs: number): Promise<number> {
  const started = performance.now();
  for (;;) {
    const { acknowledged } = await attempt(`probe-${randomUUID()}`);
    const ms = performance.now() - started;
    if (acknowledged) return ms;
    if (ms > withinMs) throw new Error(`nothing was acknowledged within ${ms} ms`);
  }
}

beforeAll(async () => {
  process.on('unhandledRejection', remember);
  await admin.connect();
  await createTopics(direct.kafka, [{ topic, numPartitions: 6 }]);
}, 30_000);
afterEach(async () => {
  await appender.stop();
});
afterAll(async () => {
  await admin.deleteTopics({ topics: [topic] });
  await admin.disconnect();
  process.off('unhandledRejection', remember);
  expect(unhandled).toEqual([]);
}, 30_000);

describe('an appender on a real broker', () => {
  test('32 callers have thousands of appends acknowledged a second, each stored once, those of a key in order', async () => {
    await open();
    const run = randomUUID();
    const perCaller = 500;
    const started = performance.now();
    await Promise.all(
      Array.from({ length: 32 }, async (_, caller) => {
        for (let number = 0; number < perCaller; number++)
          await append(`${run}-${caller}`, `${run} ${caller} ${number}`);
      }),
    );
    const perSecond = Math.round((32 * perCaller) / ((performance.now() - started) / 1000));
    console.log(`${perSecond} appends/s at 32 callers`);

    const stored = (await readTopic()).flatMap((values) => values.filter((value) => value.startsWith(run)));
    expect(stored).toHaveLength(32 * perCaller);
    for (let caller = 0; caller < 32; caller++) {
      const numbers = stored
        .filter((value) => value.startsWith(`${run} ${caller} `))
        .map((value) => value.split(' ')[2]);
      expect(numbers).toEqual(Array.from({ length: perCaller }, (_, number) => String(number)));
    }
    // A tenth of what an idle machine gives: a machine that runs all tests at once is not idle.
    expect(perSecond).toBeGreaterThan(1_000);
  }, 60_000);

  test('records of one key that are appended at once are stored in the order of the calls', async () => {
    await open();
    const run = randomUUID();
    const values = Array.from({ length: 5_000 }, (_, number) => `${run} ${number}`);
    await Promise.all(values.map((value) => append(run, value)));
    expect((await readTopic()).flatMap((all) => all.filter((value) => value.startsWith(run)))).toEqual(
      values,
    );
  }, 60_000);

  test.each(['cut', 'stop'] as const)(
    'while the way to the broker is %s, callers are told within 5 s; appending works within 10 s of its return; what was acknowledged is there',
    async (how) => {
      await open();
      const outcomes: Awaited<ReturnType<typeof attempt>>[] = [];
      const until = performance.now() + 6_000;
      const callers = Array.from({ length: 8 }, async () => {
        while (performance.now() < until) outcomes.push(await attempt(randomUUID()));
      });
      await delay(1_000);
      way[how]();
      await Promise.all(callers);
      expect(outcomes.filter(({ acknowledged }) => acknowledged).length).toBeGreaterThan(0);
      expect(outcomes.filter(({ acknowledged }) => !acknowledged).length).toBeGreaterThan(0);
      expect(Math.max(...outcomes.map(({ ms }) => ms))).toBeLessThan(5_000);

      way.open();
      const returnedAfter = await untilAppended(10_000);
      console.log(`appending again ${Math.round(returnedAfter)} ms after the way was open again`);
      expect(returnedAfter).toBeLessThan(10_000);
      const stored = new Set((await readTopic()).flat());
      const lost = outcomes.filter(({ value, acknowledged }) => acknowledged && !stored.has(value));
      expect(lost).toEqual([]);
    },
    60_000,
  );

  test('a connection that breaks again and again under load loses nothing that was acknowledged, keyless records included', async () => {
    await open();
    const acknowledged: string[] = [];
    let going = true;
    const callers = Array.from({ length: 16 }, async (_, caller) => {
      while (going) {
        const value = randomUUID();
        await append(caller % 2 === 0 ? null : value, value).then(
          () => acknowledged.push(value),
          () => undefined,
        );
      }
    });
    for (let round = 0; round < 12; round++) {
      await delay(150);
      way.cut();
      await delay(20);
      way.open();
    }
    await untilAppended(10_000);
    going = false;
    await Promise.all(callers);
    const stored = new Set((await readTopic()).flat());
    console.log(`${acknowledged.length} acknowledged over 12 broken connections`);
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(acknowledged.filter((value) => !stored.has(value))).toEqual([]);
  }, 60_000);

  test('stopping leaves no connection behind, after failures too', async () => {
    await open();
    way.cut();
    await attempt('lost');
    way.open();
    await untilAppended(10_000);
    await appender.stop();
    for (const deadline = Date.now() + 5_000; way.connections() > 0 && Date.now() < deadline;)
      await delay(20);
    expect(way.connections()).toBe(0);
  }, 60_000);
});
