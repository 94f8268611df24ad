import type { KafkaClient } from './kafka.ts';

type TopicPartitionOffset = { topic: string; partition: number; offset: string };

/**
 * Every offset that is committed carries, as its metadata, the id of the topic that it counts in. A topic that was
 * deleted and created anew under its name is another log: an offset of the old one would skip records of the new.
 * The coordinator forgets offsets with their topic, but a commit under way at that moment can survive it.
 *
 * Returns the partitions whose committed offset is another log's, with the first offset of the log that is there.
 * An offset without metadata was set by an operator, who means what is there.
 */
export async function findStaleOffsets(
  kafka: KafkaClient,
  groupId: string,
  topicIds: ReadonlyMap<string, string>,
): Promise<TopicPartitionOffset[]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const committed = await admin.fetchOffsets({ groupId, topics: [...topicIds.keys()] });
    const stale = committed.flatMap(({ topic, partitions }) =>
      partitions
        .filter(({ metadata }) => metadata !== null && metadata !== '' && metadata !== topicIds.get(topic))
        .map(({ partition }) => ({ topic, partition })),
    );
    const starts = new Map<string, string>();
    for (const topic of new Set(stale.map((entry) => entry.topic))) {
      for (const { partition, low } of await admin.fetchTopicOffsets(topic))
        starts.set(`${topic}/${partition}`, low);
    }
    return stale.map((entry) => ({
      ...entry,
      offset: starts.get(`${entry.topic}/${entry.partition}`) ?? '0',
    }));
  } finally {
    await admin.disconnect();
  }
}
