import type { Admin } from 'kafkajs';
import type { Connector } from '../connect.ts';

export type Place = {
  labels: { group: string; topic: string; partition: string };
  /** What the sink has committed: where it goes on reading; -1 before it has committed anything. */
  committed: number;
  lag: number;
};

export const topicsOf = ({ config }: Connector): string[] =>
  (config['topics'] ?? '')
    .split(',')
    .map((topic) => topic.trim())
    .filter((topic) => topic !== '');

/** Kafka Connect's name for the consumer group of a sink. */
export const groupOf = ({ name }: Connector): string => `connect-${name}`;

/** Where a sink is in each partition of its topics, and how many records it has left there. */
export async function placesOf(admin: Admin, sink: Connector): Promise<Place[]> {
  const [group, topics] = [groupOf(sink), topicsOf(sink)];
  const committed = await admin.fetchOffsets({ groupId: group, topics });
  const places = topics.map(async (topic) => {
    const offsets = committed.find((each) => each.topic === topic)?.partitions ?? [];
    return (await admin.fetchTopicOffsets(topic)).map(({ partition, low, high }) => {
      const offset = Number(offsets.find((each) => each.partition === partition)?.offset ?? -1);
      // Without an offset, or with one of a log that is gone, it begins at the start.
      const next = offset < 0 || offset > Number(high) ? Number(low) : Math.max(offset, Number(low));
      const labels = { group, topic, partition: String(partition) };
      return { labels, committed: offset, lag: Number(high) - next };
    });
  });
  return (await Promise.all(places)).flat();
}

/** The topic that Kafka Connect appends to what a sink cannot process. */
const deadLetterTopicOf = ({ config }: Connector): string =>
  config['errors.deadletterqueue.topic.name'] ?? '';

/** How many dead letters a sink ever had: where their topic ends. Undefined for a sink that keeps none. */
export async function deadLettersOf(
  admin: Admin,
  sink: Connector,
): Promise<{ labels: { group: string; topic: string }; ever: number } | undefined> {
  const topic = deadLetterTopicOf(sink);
  if (topic === '') return undefined;
  const ends = await admin.fetchTopicOffsets(topic);
  const ever = ends.reduce((sum, { high }) => sum + Number(high), 0);
  return { labels: { group: groupOf(sink), topic }, ever };
}
