export type Labels = Record<string, string>;
type Series = { labels: Labels; buckets: Float64Array; sum: number; count: number };

export type Histogram = {
  observe: (labels: Labels, value: number) => void;
  /** With labels that do not change. */
  labels: (labels: Labels) => { observe: (value: number) => void };
  /** Lets a series be seen from the start, so that its first observation is an increase. */
  zero: (labels: Labels) => void;
  /** In Prometheus' text format, with these labels on each line as well. */
  text: (common: Labels) => string;
};

/** https://prometheus.io/docs/instrumenting/exposition_formats/#comments-help-text-and-type-information */
const escape = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');
const write = (labels: Labels): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}="${escape(value)}"`)
    .join(',');

/**
 * Counts values by buckets (upper bounds, ascending). Of its own, because it is on the way of every request several times:
 * prom-client's takes ten times as long to observe a value. A label that is not given is ''.
 */
export function createHistogram(options: {
  name: string;
  help: string;
  labelNames?: readonly string[];
  buckets: readonly number[];
}): Histogram {
  const { name, help, labelNames = [], buckets: bounds } = options;
  const known = new Map<string, Series>();

  function seriesOf(labels: Labels): Series {
    let key = '';
    for (const label of labelNames) key += `${labels[label] ?? ''}\n`;
    let series = known.get(key);
    if (!series) {
      const own = Object.fromEntries(labelNames.map((label) => [label, labels[label] ?? '']));
      series = { labels: own, buckets: new Float64Array(bounds.length), sum: 0, count: 0 };
      known.set(key, series);
    }
    return series;
  }

  function count(series: Series, value: number): void {
    if (!Number.isFinite(value)) throw new TypeError(`${name} cannot observe ${value}`);
    let place = 0;
    while (value > (bounds[place] ?? Infinity)) place++;
    if (place < bounds.length) series.buckets[place] = (series.buckets[place] ?? 0) + 1;
    series.sum += value;
    series.count++;
  }

  function linesOf({ labels, buckets, sum, count: all }: Series, common: Labels): string[] {
    let below = 0;
    const of = (le: string): string => write({ le, ...labels, ...common });
    const own = write({ ...labels, ...common });
    return [
      ...bounds.map(
        (bound, place) => `${name}_bucket{${of(String(bound))}} ${(below += buckets[place] ?? 0)}`,
      ),
      `${name}_bucket{${of('+Inf')}} ${all}`,
      `${name}_sum{${own}} ${sum}`,
      `${name}_count{${own}} ${all}`,
    ];
  }

  if (labelNames.length === 0) seriesOf({});

  return {
    observe: (labels, value) => count(seriesOf(labels), value),
    labels(labels) {
      const series = seriesOf(labels);
      return { observe: (value) => count(series, value) };
    },
    zero: (labels) => void seriesOf(labels),
    text(common) {
      const lines = [...known.values()].flatMap((series) => linesOf(series, common));
      return [`# HELP ${name} ${help}`, `# TYPE ${name} histogram`, ...lines, ''].join('\n');
    },
  };
}
