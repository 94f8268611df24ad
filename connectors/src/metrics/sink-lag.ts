import type { Admin } from 'kafkajs';
import { Gauge, type Registry } from 'prom-client';
import type { Connector } from '../connect.ts';
import { createKafkaClient } from './kafka-client.ts';

const topicsOf = ({ config }: Connector) =>
  (config['topics'] ?? '')
    .split(',')
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '');

/**
 * How far each sink is behind the ends of its topics. Connect's REST interface tells what a sink has committed, not where
 * the log ends, so the broker is asked for both, at each scrape: the lag also grows while a task is FAILED. Unknown is
 * absent, never 0.
 */
export function createSinkLag(options: {
  brokers: string;
  registry: Registry;
  connectors: () => Connector[];
}) {
  const { brokers, registry, connectors } = options;
  const kafka = createKafkaClient(brokers);
  const gauge = new Gauge({
    name: 'kafka_consumer_lag_records',
    help: 'Records that the sink has not committed',
    labelNames: ['group', 'topic', 'partition'],
    registers: [registry],
  });
  let admin: Admin | undefined;

  async function connected(): Promise<Admin> {
    if (admin) return admin;
    const candidate = kafka.admin();
    await candidate.connect();
    return (admin = candidate);
  }

  async function disconnect(): Promise<void> {
    const known = admin;
    admin = undefined;
    await known?.disconnect().catch(() => undefined);
  }

  async function ask(sink: Connector): Promise<{ labels: Record<string, string>; lag: number }[]> {
    const client = await connected();
    const group = `connect-${sink.name}`;
    const topics = topicsOf(sink);
    const committed = await client.fetchOffsets({ groupId: group, topics });
    const lags = topics.map(async (topic) => {
      const offsets = committed.find((each) => each.topic === topic)?.partitions ?? [];
      return (await client.fetchTopicOffsets(topic)).map(({ partition, low, high }) => {
        const offset = Number(offsets.find((each) => each.partition === partition)?.offset ?? -1);
        // Without an offset, or with one of a log that is gone, it begins at the start.
        const next = offset < 0 || offset > Number(high) ? Number(low) : Math.max(offset, Number(low));
        return { labels: { group, topic, partition: String(partition) }, lag: Number(high) - next };
      });
    });
    return (await Promise.all(lags)).flat();
  }

  async function collect(): Promise<void> {
    const sinks = connectors().filter(
      (connector) => connector.type === 'sink' && topicsOf(connector).length > 0,
    );
    const asked = await Promise.allSettled(sinks.map(ask));
    gauge.reset();
    for (const each of asked) {
      if (each.status === 'fulfilled') for (const { labels, lag } of each.value) gauge.set(labels, lag);
    }
    if (asked.some((each) => each.status === 'rejected')) await disconnect();
  }

  return { collect, stop: disconnect };
}
