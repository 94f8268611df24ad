import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { createAppender } from '../src/appender.ts';
import { createConsumer } from '../src/consumer.ts';
import { InvalidRecordError } from '../src/errors.ts';
import { createHealth } from '../src/health.ts';
import type { Part } from '../src/service.ts';
import { createTopics, untilLed, withAdmin as withAdminOf } from '../src/testing/create-topics.ts';
import { eventually, stackKafka, testLog as log, unique } from './support/kafka.ts';

const kafka = stackKafka();
const health = createHealth({ service: 'chassis', instance: 'test' });
const appender = createAppender({ kafka, health, log });
let topic: string;
let groupId: string;
let applied: string[];
let apply: (values: string[]) => void;
let consumers: Part[];

beforeAll(() => appender.start());
afterAll(() => appender.stop());

const withAdmin = <T>(work: (admin: Admin) => Promise<T>) => withAdminOf(kafka, work);
const createTopic = (name: string) => createTopics(kafka, [{ topic: name, numPartitions: 1 }]);

beforeEach(async () => {
  topic = unique('consumer-test');
  groupId = unique('consumer-test-group');
  applied = [];
  consumers = [];
  apply = (values) => void applied.push(...values);
  await createTopic(topic);
  await createTopic(`${groupId}.dlq`);
});
afterEach(async () => {
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  await withAdmin((admin) => admin.deleteTopics({ topics: [topic, `${groupId}.dlq`] }));
}, 20_000);

async function deleteTopic(name: string): Promise<void> {
  await withAdmin((admin) => admin.deleteTopics({ topics: [name] }));
}

async function createAnew(): Promise<void> {
  await deleteTopic(topic);
  await createTopic(topic);
}

async function append(...values: string[]): Promise<void> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const messages = values.map((value) => ({ key: 'k', value }));
  await producer.send({ topic, messages }).finally(() => producer.disconnect());
}

const fetchOffsets = () =>
  withAdmin(async (admin) => (await admin.fetchOffsets({ groupId, topics: [topic] }))[0]?.partitions ?? []);
/** Commits an offset as a member of the group. */
async function commit(offset: string, metadata: string | null): Promise<void> {
  const member = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await member.connect();
  await member.subscribe({ topic });
  const hasJoined = new Promise((resolve) => member.on('consumer.group_join', resolve));
  await member.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: () => Promise.resolve() });
  await hasJoined;
  await member.commitOffsets([{ topic, partition: 0, offset, metadata }]);
  await member.disconnect();
}

function consume(): Part {
  const consumer = createConsumer<string>({
    kafka,
    groupId,
    handler: {
      topics: [topic],
      parse: ({ value }) => {
        const text = value?.toString() ?? '';
        if (text.startsWith('bad')) throw new InvalidRecordError('it is bad');
        return text;
      },
      apply: (values) => {
        apply(values);
        return Promise.resolve([]);
      },
    },
    appender,
    health,
    log,
  });
  consumers.push(consumer);
  void consumer.start();
  return consumer;
}

const unrepeated = () => [...new Set(applied)];
const committed = async () => (await fetchOffsets())[0]?.offset;

describe('a consumer', () => {
  test('applies what was in the topic before it came, in order, and goes on where it stopped', async () => {
    await append('a', 'b', 'c');
    const first = consume();
    await eventually(() => applied, ['a', 'b', 'c']);
    await eventually(committed, '3');
    await first.stop();
    await append('d');
    consume();
    await eventually(() => applied, ['a', 'b', 'c', 'd']);
  });

  test('holds a batch that cannot be applied for now, and applies it and the next when it can', async () => {
    let failures = 3;
    apply = (values) => {
      if (failures-- > 0) throw new Error('the database is away');
      applied.push(...values);
    };
    consume();
    await append('a');
    await append('b');
    await eventually(() => applied, ['a', 'b']);
    expect(failures).toBeLessThan(0);
  });

  test('gives what is malformed to the dead-letter topic, with the reason and the origin, and goes on', async () => {
    consume();
    await append('a', 'bad one', 'b');
    await eventually(() => applied, ['a', 'b']);
    const letters: { value: string; reason: string; origin: string }[] = [];
    const reader = kafka.consumer({ groupId: unique('dlq-reader') });
    await reader.connect();
    await reader.subscribe({ topic: `${groupId}.dlq`, fromBeginning: true });
    await reader.run({
      eachMessage: ({ message: { value, headers } }) => {
        const reason = String(headers?.['dead-letter-reason']);
        const origin = String(headers?.['dead-letter-origin']).replace(/\d+$/, 'timestamp');
        letters.push({ value: String(value), reason, origin });
        return Promise.resolve();
      },
    });
    await eventually(
      () => letters,
      [{ value: 'bad one', reason: 'it is bad', origin: `${topic}-0-1-timestamp` }],
    ).finally(() => reader.disconnect());
  });

  test('waits for a topic that does not exist yet', async () => {
    await deleteTopic(topic);
    consume();
    await eventually(async () => (await health.report()).missing.includes(`consumer ${groupId}`), true);
    await createTopic(topic);
    await append('a');
    await eventually(() => applied, ['a']);
  });

  describe('whose topic is deleted and created anew', () => {
    test('applies the new records, fewer than there were before', async () => {
      consume();
      await append('a', 'b', 'c');
      await eventually(committed, '3');
      await createAnew();
      await append('d');
      await eventually(unrepeated, ['a', 'b', 'c', 'd']);
    });

    test('applies all of the new records, more than there were before, whatever it had in memory', async () => {
      let held = true;
      apply = (values) => {
        // Busy with the old log's last record while all of this happens.
        if (held && values.includes('c')) throw new Error('the database is away');
        applied.push(...values);
      };
      consume();
      await append('a', 'b');
      await eventually(committed, '2');
      await append('c');
      await createAnew();
      await append('d', 'e', 'f', 'g', 'h');
      held = false;
      await eventually(() => ['d', 'e', 'f', 'g', 'h'].every((value) => applied.includes(value)), true);
    });

    test('does so time after time', async () => {
      consume();
      const expected: string[] = [];
      for (let round = 0; round < 4; round++) {
        const values = Array.from({ length: round + 1 }, (_, index) => `${round}.${index}`);
        await append(...values);
        expected.push(...values);
        await eventually(unrepeated, expected);
        await createAnew();
      }
    }, 60_000);

    test('does so when it was away meanwhile, though an offset of the old topic was committed last', async () => {
      const first = consume();
      await append('a', 'b', 'c');
      await eventually(committed, '3');
      const [late] = await fetchOffsets();
      await first.stop();
      await createAnew();
      await append('d', 'e', 'f');
      // What a commit under way at the moment of deletion leaves behind.
      await commit('3', late?.metadata ?? null);
      consume();
      await eventually(() => applied, ['a', 'b', 'c', 'd', 'e', 'f']);
    });
  });

  test('starts where an operator set its offset', async () => {
    const first = consume();
    await append('a', 'b', 'c');
    await eventually(committed, '3');
    await first.stop();
    await commit('1', null);
    consume();
    await eventually(() => applied, ['a', 'b', 'c', 'b', 'c']);
  });

  test('shares the partitions of its topic, and another member takes over', async () => {
    const first = consume();
    await append('a');
    await eventually(() => applied, ['a']);
    consume();
    await first.stop();
    await append('b');
    await eventually(() => applied, ['a', 'b']);
  });

  test('keeps going with the other partitions, and commits them, while one cannot be applied', async () => {
    await withAdmin((admin) => admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] }));
    await untilLed(kafka, [topic]);
    const producer = kafka.producer({ allowAutoTopicCreation: false });
    await producer.connect();
    const messages = ['a', 'stuck', 'c'].map((value, partition) => ({ partition, value }));
    await producer.send({ topic, messages });
    await producer.disconnect();

    let stuck = true;
    apply = (values) => {
      if (stuck && values.includes('stuck')) throw new Error('not now');
      applied.push(...values);
    };
    consume();
    await eventually(() => applied.toSorted(), ['a', 'c']);
    const offsets = async () =>
      (await fetchOffsets()).toSorted((a, b) => a.partition - b.partition).map(({ offset }) => offset);
    await eventually(offsets, ['1', '-1', '1']);
    stuck = false;
    await eventually(() => applied.toSorted(), ['a', 'c', 'stuck']);
    await eventually(offsets, ['1', '1', '1']);
  });
});
