import { setTimeout as delay } from 'node:timers/promises';
import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { createHistogram, type Histogram } from './histogram.ts';
import { withoutTrace } from './trace.ts';

type Named = { name: string; help: string; labelNames?: readonly string[] };

/** Seconds; what is below a millisecond or above ten seconds needs no finer answer. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
/** A scrape is answered within this time, in milliseconds, whatever does not answer in time missing from it. */
const collectWithinMs = 3_000;

/** One of each name: several parts of a service share an instrument and differ in their labels. */
function createShelf<S extends Named, T>(create: (settings: S) => T) {
  const made = new Map<string, T>();
  return (settings: S): T => {
    const instrument = made.get(settings.name) ?? create(settings);
    made.set(settings.name, instrument);
    return instrument;
  };
}

/**
 * The metrics of one service, in Prometheus' text format: base units (seconds, bytes, counts), with the labels service
 * and instance on each. A registry of its own, so that several services can live in one process.
 */
export function createMetrics(identity: { service: string; instance: string }) {
  const registry = new Registry();
  registry.setDefaultLabels(identity);
  const registers = [registry];
  const collectors: (() => Promise<void>)[] = [];
  const histograms: Histogram[] = [];

  return {
    counter: createShelf((settings: Named) => new Counter({ ...settings, registers })),
    gauge: createShelf((settings: Named) => new Gauge({ ...settings, registers })),
    /** Of durations in seconds, unless told other buckets. */
    histogram: createShelf((settings: Named & { buckets?: readonly number[] }) => {
      const histogram = createHistogram({ buckets: durationBuckets, ...settings });
      histograms.push(histogram);
      return histogram;
    }),
    /** What Node and the process tell of themselves: event-loop delay, garbage collection, memory, CPU. */
    observeProcess: () => collectDefaultMetrics({ register: registry }),
    /** Runs at each scrape, to set what is true at that moment. One that fails or is late sets nothing. */
    onScrape: (collect: () => Promise<void>) => void collectors.push(collect),
    contentType: registry.contentType,
    async text(): Promise<string> {
      // What is opened for it and stays open has nothing to do with the request that is being answered.
      const collected = withoutTrace(() => Promise.allSettled(collectors.map((collect) => collect())));
      await Promise.race([collected, delay(collectWithinMs, undefined, { ref: false })]);
      const own = histograms.map((histogram) => histogram.text(identity));
      return `${await registry.metrics()}${own.join('')}`;
    },
  };
}
export type Metrics = ReturnType<typeof createMetrics>;
