import type { KafkaClient } from '@ordermesh/chassis/kafka';
import { createLogReader } from '@ordermesh/chassis/log-reader';
import { rowsTopic } from '../envelope.ts';

/**
 * Places (`partition-offset`) of the envelopes that the orders sink has set aside as dead letters. It is the sink that
 * says what an envelope is, so whatever it refused makes no row, however it reads to us.
 */
export async function readRefused(kafka: KafkaClient): Promise<ReadonlySet<string>> {
  const refused = new Set<string>();
  const reader = createLogReader({
    kafka,
    topic: 'orders-sink.dlq',
    onRecords: (records) => {
      for (const { headers } of records) {
        if (headers['__connect.errors.topic'] !== rowsTopic) continue;
        refused.add(`${headers['__connect.errors.partition']}-${headers['__connect.errors.offset']}`);
      }
      return Promise.resolve();
    },
  });
  try {
    await reader.start();
    await reader.caughtUp();
  } finally {
    await reader.stop();
  }
  return refused;
}
