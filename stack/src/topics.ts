import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createTopics } from '@ordermesh/connectors/create-topics';
import { createKafkaClient } from '@ordermesh/connectors/kafka-client';
import { root } from './paths.ts';

const topicsFile = z.array(
  z.object({
    name: z.string(),
    partitions: z.number().int().positive(),
    config: z.record(z.string(), z.string()),
  }),
);

/** The topics of contracts/topics.json, the one list for the local stack and for containers. */
export const readTopics = () =>
  topicsFile.parse(JSON.parse(readFileSync(join(root, 'contracts/topics.json'), 'utf8')));

/** Creates the topics that do not exist yet. */
export async function createMissingTopics(brokers: string): Promise<void> {
  const admin = createKafkaClient(brokers).admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = readTopics().filter((topic) => !existing.has(topic.name));
    if (missing.length === 0) return;
    const topics = missing.map((topic) => ({
      topic: topic.name,
      numPartitions: topic.partitions,
      replicationFactor: 1,
      configEntries: Object.entries(topic.config).map(([name, value]) => ({ name, value })),
    }));
    await createTopics(admin, topics);
  } finally {
    await admin.disconnect();
  }
}
