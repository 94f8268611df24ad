import type { Admin } from 'kafkajs';
import type { KafkaClient } from './kafka.ts';
import type { Metrics } from './metrics.ts';

/** Records of a partition that a group has not committed. Without an offset it begins at the start of the log. */
export function lagOf(committed: number, { low, high }: { low: number; high: number }): number {
  const next = committed < 0 || committed > high ? low : Math.max(committed, low);
  return high - next;
}

/**
 * How far a group is behind the ends of its topics' logs, asked of the broker at each scrape: it grows also while the
 * group's members are stuck or away. Every instance tells it for the whole group. Unknown is absent, never 0.
 */
export function createLag(options: {
  kafka: KafkaClient;
  groupId: string;
  topics: string[];
  metrics: Metrics;
}) {
  const { kafka, groupId, topics, metrics } = options;
  const gauge = metrics.gauge({
    name: 'kafka_consumer_lag_records',
    help: 'Records that the group has not committed, of the whole group: take the maximum over instances',
    labelNames: ['group', 'topic', 'partition'],
  });
  const committedOffset = metrics.gauge({
    name: 'kafka_consumer_committed_offset',
    help: 'Where the group goes on reading, -1 before it has committed anything: while it changes, the group gets on',
    labelNames: ['group', 'topic', 'partition'],
  });
  let admin: Admin | undefined;
  let asking: Promise<void> | undefined;
  const told: { group: string; topic: string; partition: string }[] = [];

  function disconnect(): Promise<void> {
    const connected = admin;
    admin = undefined;
    return connected?.disconnect().catch(() => undefined) ?? Promise.resolve();
  }

  async function connected(): Promise<Admin> {
    if (admin) return admin;
    const candidate = kafka.admin({ retry: { retries: 1 } });
    await candidate.connect();
    return (admin = candidate);
  }

  async function ask(): Promise<void> {
    const client = await connected();
    const committed = await client.fetchOffsets({ groupId, topics });
    const ends = await Promise.all(topics.map((topic) => client.fetchTopicOffsets(topic)));
    topics.forEach((topic, index) => {
      const offsets = committed.find((each) => each.topic === topic)?.partitions ?? [];
      for (const { partition, low, high } of ends[index] ?? []) {
        const offset = offsets.find((each) => each.partition === partition)?.offset ?? '-1';
        const labels = { group: groupId, topic, partition: String(partition) };
        gauge.set(labels, lagOf(Number(offset), { low: Number(low), high: Number(high) }));
        committedOffset.set(labels, Number(offset));
        told.push(labels);
      }
    });
  }

  function forget(): void {
    for (const labels of told.splice(0)) {
      gauge.remove(labels);
      committedOffset.remove(labels);
    }
  }

  metrics.onScrape(async () => {
    forget();
    asking ??= ask()
      .catch(disconnect)
      .finally(() => (asking = undefined));
    await asking;
  });

  return { stop: disconnect };
}
