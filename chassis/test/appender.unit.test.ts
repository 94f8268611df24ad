import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { Kafka, Message, Producer, ProducerBatch } from 'kafkajs';
import { createAppender, lingerAfter, type Append } from '../src/appender.ts';
import { UnavailableError } from '../src/errors.ts';
import { createHealth } from '../src/health.ts';
import { createLogger } from '../src/log.ts';
import { currentTraceId, withTrace } from '../src/trace.ts';

/** A broker of which each produce request can be held, answered or failed by the test. */
function createFakeKafka() {
  const requests: { producer: number; messages: Message[] }[] = [];
  const disconnected: number[] = [];
  let producers = 0;
  const fake = {
    connect: (): Promise<void> => Promise.resolve(),
    answer: (): Promise<unknown> => Promise.resolve(),
    requests,
    disconnected,
    kafka: {} as Kafka,
  };
  const producer = (): Pick<Producer, 'connect' | 'disconnect' | 'sendBatch'> => {
    const number = ++producers;
    return {
      connect: () => fake.connect(),
      disconnect: () => {
        disconnected.push(number);
        return Promise.resolve();
      },
      sendBatch: async ({ topicMessages = [] }: ProducerBatch) => {
        requests.push({ producer: number, messages: topicMessages.flatMap(({ messages }) => messages) });
        await fake.answer();
        return [];
      },
    };
  };
  fake.kafka = { producer } as unknown as Kafka;
  return fake;
}

const record = (value: string): Append => ({ topic: 't', key: 'k', value, headers: {} });
const valuesOf = (messages: Message[]) => messages.map(({ value }) => value);
const never = (): Promise<never> => new Promise(() => undefined);
const settle = () => jest.advanceTimersByTimeAsync(0);

let fake: ReturnType<typeof createFakeKafka>;
let health: ReturnType<typeof createHealth>;
let appender: ReturnType<typeof createAppender>;
beforeEach(() => {
  jest.useFakeTimers();
  fake = createFakeKafka();
  health = createHealth({ service: 'test', instance: 'test' });
  const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });
  appender = createAppender({ kafka: fake.kafka, health, log });
});
afterEach(() => {
  jest.useRealTimers();
});

describe('collecting what is waiting', () => {
  test('a lone record leaves at once, alone', async () => {
    await appender.append(record('a'));
    expect(fake.requests.map(({ messages }) => valuesOf(messages))).toEqual([['a']]);
  });

  test('what comes while a request is under way leaves together, in order, when it has returned', async () => {
    const gate = Promise.withResolvers<undefined>();
    fake.answer = () => gate.promise;
    const all = [appender.append(record('a'))];
    await settle();
    for (const value of ['b', 'c', 'd']) all.push(appender.append(record(value)));
    await settle();
    expect(fake.requests).toHaveLength(1);
    gate.resolve(undefined);
    await Promise.all(all);
    expect(fake.requests.map(({ messages }) => valuesOf(messages))).toEqual([['a'], ['b', 'c', 'd']]);
  });

  test('after several at once the next request waits for more, by no more than 5 ms; after a lone one it does not', () => {
    expect([1, 2, 3, 1_000].map(lingerAfter)).toEqual([0, 2.5, 5, 8]);
  });

  test('what comes while it waits for more leaves with the next request', async () => {
    await Promise.all(['a', 'b', 'c'].map((value) => appender.append(record(value))));
    const more = [appender.append(record('d'))];
    // Long enough for a request to leave, and no time for a timer.
    for (let turns = 0; turns < 100; turns++) await Promise.resolve();
    expect(fake.requests).toHaveLength(1);
    more.push(appender.append(record('e')));
    await Promise.all(more);
    expect(fake.requests.map(({ messages }) => valuesOf(messages))).toEqual([
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  });

  test('no request is larger than half a MiB, counted in bytes and not in characters', async () => {
    const euros = '€'.repeat(60_000);
    await Promise.all(Array.from({ length: 7 }, () => appender.append(record(euros))));
    expect(fake.requests.map(({ messages }) => messages.length)).toEqual([2, 2, 2, 1]);
  });

  test('a record that is larger by itself leaves by itself', async () => {
    await Promise.all([appender.append(record('x'.repeat(1_000_000))), appender.append(record('y'))]);
    expect(fake.requests.map(({ messages }) => messages.length)).toEqual([1, 1]);
  });
});

test('connecting and sending are in the trace of none of the callers, whose own goes on', async () => {
  const seen: (string | undefined)[] = [];
  const see = () => Promise.resolve(void seen.push(currentTraceId()));
  [fake.connect, fake.answer] = [see, see];
  const ids = await withTrace(undefined, async () => {
    const before = currentTraceId();
    await appender.append(record('a'));
    fake.answer = () => see().then(() => Promise.reject(new Error('connection lost')));
    await appender.append(record('b')).catch(() => undefined);
    fake.answer = see;
    await appender.append(record('c'));
    return [before, currentTraceId()];
  });
  expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
  expect(ids[1]).toBe(ids[0]);
  expect(seen).toEqual(Array.from({ length: 5 }, () => undefined));
});

describe('a request that fails', () => {
  test('is told to its callers, with the cause, and the next one goes through a new producer', async () => {
    const cause = new Error('connection lost');
    fake.answer = () => Promise.reject(cause);
    await expect(appender.append(record('a'))).rejects.toMatchObject({ name: 'UnavailableError', cause });
    fake.answer = () => Promise.resolve();
    await appender.append(record('b'));
    expect(fake.requests.map(({ producer }) => producer)).toEqual([1, 2]);
    expect(fake.disconnected).toEqual([1]);
  });

  test('makes it not ready until the new producer is connected', async () => {
    await appender.append(record('a'));
    fake.connect = never;
    fake.answer = () => Promise.reject(new Error('connection lost'));
    await expect(appender.append(record('b'))).rejects.toThrow(UnavailableError);
    expect((await health.report()).missing).toEqual(['kafka producer']);
  });
});

describe('a broker that is away', () => {
  test('is told within 4 s, while connecting goes on; what comes after its return is appended', async () => {
    fake.connect = () => Promise.reject(new Error('connection refused'));
    const early = expect(appender.append(record('early'))).rejects.toThrow(UnavailableError);
    await jest.advanceTimersByTimeAsync(4_000);
    await early;
    fake.connect = () => Promise.resolve();
    const late = appender.append(record('late'));
    await jest.advanceTimersByTimeAsync(1_000);
    await late;
    expect(fake.requests.map(({ messages }) => valuesOf(messages))).toEqual([['late']]);
  });

  test('that hangs in a request is told within 4 s, also to those who wait behind it; then a new producer takes over', async () => {
    fake.answer = never;
    const first = expect(appender.append(record('a'))).rejects.toThrow('not acknowledge');
    await jest.advanceTimersByTimeAsync(1_000);
    const second = appender.append(record('b'));
    await jest.advanceTimersByTimeAsync(2_000);
    fake.answer = () => Promise.resolve();
    await jest.advanceTimersByTimeAsync(1_000);
    await first;
    await second;
    expect(fake.requests.map(({ producer }) => producer)).toEqual([1, 2]);
  });
});

describe('stopping', () => {
  test('finishes what was begun, and takes no more', async () => {
    const gate = Promise.withResolvers<undefined>();
    fake.answer = () => gate.promise;
    const begun = appender.append(record('a'));
    await settle();
    const stopped = appender.stop();
    await expect(appender.append(record('b'))).rejects.toThrow(UnavailableError);
    gate.resolve(undefined);
    await begun;
    await stopped;
    expect(fake.disconnected).toEqual([1]);
  });

  test('takes no longer than an answer while the broker is away', async () => {
    fake.connect = () => Promise.reject(new Error('connection refused'));
    await appender.start();
    const waiting = expect(appender.append(record('a'))).rejects.toThrow(UnavailableError);
    const stopped = appender.stop();
    await jest.advanceTimersByTimeAsync(4_000);
    await waiting;
    await stopped;
  });

  test('takes no time at all when nothing is waiting, though the broker is away', async () => {
    fake.connect = () => Promise.reject(new Error('connection refused'));
    await appender.start();
    await appender.stop();
  });
});
