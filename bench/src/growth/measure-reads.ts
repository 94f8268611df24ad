import { show, table, whole } from '../report.ts';
import type { System } from '../shop/system.ts';
import { percentile, spread, type Spread } from '../statistics.ts';
import { load, type Read } from './read.ts';
import { inPlace, makeTables } from './tables.ts';

type Options = { rounds: number; seconds: number; signal: AbortSignal; say: (line: string) => void };

/** What grows, and what is read of it. */
export type Growing = {
  what: string;
  tables: string[];
  sizes: number[];
  fill: (rows: number) => (table: string, copy: string) => string;
  reads: (system: System, rows: number) => Read[];
};

export type Figure = {
  what: string;
  read: string;
  rows: number;
  perSecond: Spread;
  p50Ms: Spread;
  p99Ms: Spread;
  wrong: number;
};
type Round = { perSecond: number; p50: number; p99: number; wrong: number };

/** The reads with few and with many rows, in turns. */
export async function measureReads(system: System, growing: Growing, options: Options): Promise<Figure[]> {
  const { rounds, seconds, signal, say } = options;
  const { what, tables, sizes, fill, reads } = growing;
  for (const rows of sizes) {
    say(`making ${rows} ${what}`);
    await makeTables(system.sql, { rows, tables }, fill(rows));
  }
  const found = new Map<string, Round[]>();
  for (let round = 0; round <= rounds; round++) {
    say(round === 0 ? 'warming up' : `${what}, round ${round} of ${rounds}`);
    for (const rows of sizes) {
      await inPlace(system.sql, { rows, tables }, async () => {
        for (const read of reads(system, rows)) {
          signal.throwIfAborted();
          const { answers, wrong, latencies, seconds: took } = await load(system.gatewayPort, read, seconds);
          if (round === 0) continue;
          const all = found.get(`${read.name} ${rows}`) ?? [];
          const [p50, p99] = [percentile(latencies, 0.5), percentile(latencies, 0.99)];
          found.set(`${read.name} ${rows}`, [...all, { perSecond: answers / took, p50, p99, wrong }]);
        }
      });
    }
  }
  const names = reads(system, Math.max(...sizes)).map(({ name }) => name);
  return names.flatMap((read) =>
    sizes.map((rows): Figure => {
      const all = found.get(`${read} ${rows}`) ?? [];
      return {
        what,
        read,
        rows,
        perSecond: spread(all.map(({ perSecond }) => perSecond)),
        p50Ms: spread(all.map(({ p50 }) => p50)),
        p99Ms: spread(all.map(({ p99 }) => p99)),
        wrong: all.reduce((sum, { wrong }) => sum + wrong, 0),
      };
    }),
  );
}

/** Reads may take so many times longer with many rows than with few. */
const allowed = 1.5;

/** How many times the fastest size's median time each read's slowest size takes. */
export const ratiosOf = (figures: Figure[]): { read: string; ratio: number; met: boolean }[] =>
  [...new Set(figures.map(({ read }) => read))].map((read) => {
    const times = figures.filter((each) => each.read === read).map(({ p50Ms }) => p50Ms.median);
    const ratio = Math.max(...times) / Math.min(...times);
    return { read, ratio, met: ratio <= allowed };
  });

export function describeReads(what: string, figures: Figure[]): string {
  const rows = figures.map(({ read, rows: count, perSecond, p50Ms, p99Ms, wrong }) => [
    read,
    whole(count),
    ...[perSecond, p50Ms, p99Ms].map(show),
    String(wrong),
  ]);
  const head = ['read', `${what} in the table`, 'answers/s', 'p50 ms', 'p99 ms', 'wrong answers'];
  const verdicts = ratiosOf(figures).map(
    ({ read, ratio, met }) =>
      `- ${read}: within ${ratio.toFixed(2)}× of each other (target ${allowed}×): ${met ? 'met' : 'missed'}`,
  );
  return `${table([head, ...rows])}\n\n${verdicts.join('\n')}`;
}
