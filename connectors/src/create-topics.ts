import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs';

const withinMs = 30_000;

/**
 * Creates topics, and waits until every partition has a leader that answers. kafkajs can wait by itself (`waitForLeaders`), but gives up when
 * the broker does not know yet what it has just created, which happens now and then.
 *
 * @throws Error that names the topics if they have no leaders within 30 s
 */
export async function createTopics(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  await admin.createTopics({ waitForLeaders: false, topics });
  const names = topics.map(({ topic }) => topic);
  const haveLeaders = async (): Promise<boolean> => {
    const found = await admin.fetchTopicMetadata({ topics: names });
    if (!found.topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return false;
    // Metadata names leaders before they answer: until then they refuse records, too.
    await Promise.all(names.map((name) => admin.fetchTopicOffsets(name)));
    return true;
  };
  for (const deadline = Date.now() + withinMs; ; await delay(50)) {
    let cause: unknown;
    const isDone = await haveLeaders().catch((error: unknown) => {
      cause = error;
      return false;
    });
    if (isDone) return;
    if (Date.now() > deadline)
      throw new Error(`no leaders for ${names.join(', ')} within ${withinMs / 1_000} s`, { cause });
  }
}
