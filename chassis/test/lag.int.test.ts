import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Admin } from 'kafkajs';
import { createAppender, type Appender } from '../src/appender.ts';
import { createConsumer } from '../src/consumer.ts';
import { InvalidRecordError } from '../src/errors.ts';
import { createHealth } from '../src/health.ts';
import type { Part } from '../src/service.ts';
import { createTopics, withAdmin as withAdminOf } from '../src/testing/create-topics.ts';
import { eventually, stackKafka, testLog as log, unique } from './support/kafka.ts';
import { recordingTelemetry } from './support/spans.ts';

const kafka = stackKafka();
const health = createHealth({ service: 'chassis', instance: 'test' });
const telemetry = recordingTelemetry();
const { metrics } = telemetry;
let appender: Appender;
let topic: string;
let groupId: string;
let consumer: Part;
let isStuck: boolean;
let attempts: number;

const withAdmin = (work: (admin: Admin) => Promise<unknown>) => withAdminOf(kafka, work);

beforeEach(async () => {
  [topic, groupId, isStuck, attempts] = [unique('lag-test'), unique('lag-test-group'), true, 0];
  const topics = [topic, `${groupId}.dlq`].map((name) => ({ topic: name, numPartitions: 1 }));
  await createTopics(kafka, topics);
  appender = createAppender({ name: 'lag', kafka, health, telemetry, log });
  await appender.start();
  consumer = createConsumer<string>({
    kafka,
    groupId,
    handler: {
      topics: [topic],
      parse: ({ value }) => {
        if (value?.toString() === 'bad') throw new InvalidRecordError('it is bad');
        return value?.toString() ?? null;
      },
      apply: () => {
        attempts++;
        return isStuck ? Promise.reject(new Error('the database is away')) : Promise.resolve([]);
      },
    },
    appender,
    health,
    telemetry,
    log,
  });
});
afterEach(async () => {
  await consumer.stop();
  await appender.stop();
  await withAdmin((admin) => admin.deleteTopics({ topics: [topic, `${groupId}.dlq`] }));
}, 20_000);

const append = (...values: string[]) =>
  Promise.all(values.map((value) => appender.append({ topic, key: 'k', value, headers: {} })));

/** The value of a metric at this moment, undefined where there is none with these labels. */
async function valueOf(name: string, labels: Record<string, string>): Promise<number | undefined> {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
  const lines = (await metrics.text()).split('\n').filter((line) => line.startsWith(`${name}{`));
  const line = lines.find((each) => wanted.every((label) => each.includes(label)));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}
const place = () => ({ group: groupId, topic, partition: '0' });
const lag = () => valueOf('kafka_consumer_lag_records', place());
const committed = () => valueOf('kafka_consumer_committed_offset', place());

test('the lag is told before a consumer ever joined, grows while it is stuck, and is 0 when it has caught up', async () => {
  await append('one', 'two');
  expect([await lag(), await committed()]).toEqual([2, -1]);
  void consumer.start();
  await eventually(() => attempts > 1, true);
  await append('three', 'bad');
  expect([await lag(), await committed()]).toEqual([4, -1]);
  isStuck = false;
  await eventually(lag, 0);
  expect(await committed()).toBe(4);
  expect(await valueOf('kafka_consumer_records_total', { group: groupId, topic })).toBe(4);
  expect(await valueOf('dead_letters_total', { group: groupId, topic })).toBe(1);
  expect(await valueOf('kafka_appended_records_total', { appender: 'lag', topic })).toBe(4);
  const lasted = await valueOf('kafka_consumer_batch_duration_seconds_sum', { group: groupId });
  // From when it was fetched, all the repetitions included.
  expect(lasted).toBeGreaterThan(0.2);
}, 40_000);

test('a lag that is not known is not told', async () => {
  await append('one');
  expect(await lag()).toBe(1);
  await withAdmin((admin) => admin.deleteTopics({ topics: [topic] }));
  await eventually(lag, undefined);
  expect(await committed()).toBeUndefined();
  await createTopics(kafka, [{ topic, numPartitions: 1 }]);
  await eventually(lag, 0);
}, 40_000);
