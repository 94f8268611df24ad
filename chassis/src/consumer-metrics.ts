import type { Metrics } from './metrics.ts';

/** What a consumer tells of the batches that it has dealt with. */
export function createConsumerMetrics(metrics: Metrics, group: string, topics: string[]) {
  const duration = metrics.histogram({
    name: 'kafka_consumer_batch_duration_seconds',
    help: 'Time to deal with a batch, repetitions included',
    labelNames: ['group'],
  });
  const consumed = metrics.counter({
    name: 'kafka_consumer_records_total',
    help: 'Records dealt with, those of no concern included',
    labelNames: ['group', 'topic'],
  });
  const buried = metrics.counter({
    name: 'dead_letters_total',
    help: 'Records that can never be processed, by the topic that they came from',
    labelNames: ['group', 'topic'],
  });
  // There from the beginning, so that the first one is seen as an increase.
  for (const topic of topics) {
    consumed.inc({ group, topic }, 0);
    buried.inc({ group, topic }, 0);
  }
  return {
    dealtWith(topic: string, records: number, deadLetters: number): void {
      consumed.inc({ group, topic }, records);
      buried.inc({ group, topic }, deadLetters);
    },
    lasted: (milliseconds: number) => duration.observe({ group }, milliseconds / 1_000),
  };
}
