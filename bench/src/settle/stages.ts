import { scrape, sumOf, type Sample } from '@ordermesh/acceptance/src/scrape.ts';
import type { System } from '../shop/system.ts';

export type Stage = {
  stage: string;
  recordsPerSecond: number;
  recordsPerBatch: number;
  msPerBatch: number;
  /** Rounds being worked at, on average: near 1 it is the stage that saturates. */
  busy: number;
  /** The most that was seen, in records; null where there is no lag. */
  maxLag: number | null;
};
export type Work = { stages: Stage[]; cores: Record<string, number> };

const lag = 'kafka_consumer_lag_records';
const batches = 'kafka_consumer_batch_duration_seconds';
const appends = 'kafka_append_duration_seconds';

const labelsOf = (samples: Sample[], name: string, label: string): string[] => [
  ...new Set(samples.filter((sample) => sample.name === name).map(({ labels }) => labels[label] ?? '')),
];

/** Watches what the services tell of themselves on /metrics, and the CPU time of every process, from now on. */
export async function watchStages(system: System) {
  const collect = async () => (await Promise.all(system.metricsPorts.map(scrape))).flat();
  const [before, cpuBefore, loadBefore] = [await collect(), system.cpuSeconds(), process.cpuUsage()];
  const begun = performance.now();
  const highest = new Map<string, number>();

  function noteLag(samples: Sample[]): void {
    for (const group of labelsOf(samples, lag, 'group'))
      highest.set(group, Math.max(highest.get(group) ?? 0, sumOf(samples, lag, { group })));
  }

  return {
    look: async () => noteLag(await collect()),
    async end(): Promise<Work> {
      const seconds = (performance.now() - begun) / 1_000;
      const after = await collect();
      const grown = (name: string, labels: Record<string, string>) =>
        sumOf(after, name, labels) - sumOf(before, name, labels);
      const stage = (name: string, records: number, count: number, sum: number): Stage => ({
        stage: name,
        recordsPerSecond: records / seconds,
        recordsPerBatch: count > 0 ? records / count : 0,
        msPerBatch: count > 0 ? (1_000 * sum) / count : 0,
        busy: sum / seconds,
        maxLag: highest.get(name) ?? null,
      });
      const consumers = labelsOf(after, `${batches}_count`, 'group').map((group) =>
        stage(
          group,
          grown('kafka_consumer_records_total', { group }),
          grown(`${batches}_count`, { group }),
          grown(`${batches}_sum`, { group }),
        ),
      );
      // Of the sinks, which are Kafka Connect's, the lag alone is known.
      const sinks = [...highest.keys()]
        .filter((group) => !consumers.some((each) => each.stage === group))
        .map((group) => stage(group, 0, 0, 0));
      const appenders = labelsOf(after, `${appends}_count`, 'appender').map((appender) => {
        const records = grown(`${appends}_count`, { appender });
        return stage(`append ${appender}`, records, records, grown(`${appends}_sum`, { appender }));
      });
      const cpu = Object.entries(system.cpuSeconds()).map(([name, used]) => {
        return [name, (used - (cpuBefore[name] ?? 0)) / seconds] as const;
      });
      const { user, system: kernel } = process.cpuUsage(loadBefore);
      return {
        stages: [...consumers, ...sinks, ...appenders.filter(({ recordsPerSecond }) => recordsPerSecond > 0)],
        cores: Object.fromEntries([...cpu, ['load generator', (user + kernel) / 1e6 / seconds]]),
      };
    },
  };
}
