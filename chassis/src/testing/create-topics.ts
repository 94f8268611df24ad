import { setTimeout as delay } from 'node:timers/promises';
import type { Admin, ITopicConfig } from 'kafkajs';
import type { KafkaClient } from '../kafka.ts';

const withinMs = 20_000;

/** A client of its own each time: kafkajs fails every request once a topic that it ever heard of is gone. */
export async function withAdmin<T>(
  kafka: Pick<KafkaClient, 'admin'>,
  work: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = kafka.admin();
  await admin.connect();
  return work(admin).finally(() => admin.disconnect());
}

/** Creates topics, and waits until they can be written to. */
export async function createTopics(kafka: Pick<KafkaClient, 'admin'>, topics: ITopicConfig[]): Promise<void> {
  await withAdmin(kafka, (admin) => admin.createTopics({ topics, waitForLeaders: false }));
  await untilLed(
    kafka,
    topics.map(({ topic }) => topic),
  );
}

/**
 * Waits until every partition has a leader that tells its offsets. Metadata names leaders before they take anything: of
 * a request that one of them refuses the others have kept their part, and a producer that sends all of it again has
 * written that twice.
 */
export async function untilLed(kafka: Pick<KafkaClient, 'admin'>, topics: string[]): Promise<void> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    try {
      await withAdmin(kafka, (admin) => Promise.all(topics.map((topic) => admin.fetchTopicOffsets(topic))));
      return;
    } catch (cause) {
      if (Date.now() > deadline)
        throw new Error(`no leader for ${topics.join(', ')} within ${withinMs} ms`, { cause });
      await delay(50);
    }
  }
}
