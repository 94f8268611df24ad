import { startBaseline } from '../shop/baseline.ts';
import { startOrdermesh, type Start, type System } from '../shop/system.ts';
import { table, writeResults } from '../report.ts';
import { findSustained, guessRate } from './find-sustained.ts';
import { runAtRate, type Run } from './run-at-rate.ts';
import type { Work } from './stages.ts';

export type Options = { seconds: number; signal: AbortSignal; say: (line: string) => void };

type Figures = { system: string; sustained?: Run; shares: { share: number; run: Run }[]; hot?: Run };

const shares = [0.25, 0.5, 0.9];
/** A tenth of the long run is enough to see a backlog grow. */
const tryPart = 8;

/** One system at a time: it has the machine for itself. */
async function measure(
  start: (options: Start) => Promise<System>,
  withHot: boolean,
  options: Options,
): Promise<Figures> {
  const { seconds, signal, say } = options;
  const system = await start(options);
  try {
    const trySeconds = Math.max(5, Math.round(seconds / tryPart));
    await guessRate(system, signal); // warms up
    const guess = await guessRate(system, signal);
    say(`${system.name} works a backlog off at ${Math.round(guess)} orders/s`);
    const search = { system, seconds, trySeconds, signal, say };
    const sustained = await findSustained({ ...search, guess });
    const figures: Figures = { system: system.name, shares: [], ...(sustained && { sustained }) };
    if (!sustained) return figures;
    for (const share of shares) {
      const perSecond = Math.max(1, Math.round(sustained.perSecond * share));
      const run = await runAtRate(system, { perSecond, seconds: Math.max(5, seconds / 4), signal });
      say(
        `  ${system.name}, at ${share * 100} %: p50 ${run.p50Ms.toFixed(0)} ms, p99 ${run.p99Ms.toFixed(0)} ms`,
      );
      figures.shares.push({ share, run });
    }
    const hot = withHot
      ? await findSustained({ ...search, seconds: seconds / 4, hot: true, guess: sustained.perSecond })
      : undefined;
    return { ...figures, ...(hot && { hot }) };
  } finally {
    await system.stop();
  }
}

function describeWork({ stages, cores }: Work, perSecond: number): string {
  const stageRows = stages.map((each) => [
    each.stage,
    each.recordsPerSecond.toFixed(0),
    each.recordsPerBatch.toFixed(1),
    each.msPerBatch.toFixed(1),
    each.busy.toFixed(2),
    each.maxLag === null ? '' : String(each.maxLag),
  ]);
  const used = Object.entries(cores).toSorted(([, a], [, b]) => b - a);
  const all = used.reduce((sum, [, each]) => sum + each, 0);
  const cpuRows = [...used, ['all together', all] as const].map(([name, each]) => [
    name,
    each.toFixed(2),
    ((each / perSecond) * 1e6).toFixed(0),
  ]);
  const head = ['stage', 'records/s', 'records/batch', 'ms/batch', 'batches at a time', 'greatest lag'];
  return [
    ...(stages.length > 0 ? [table([head, ...stageRows])] : []),
    table([['process', 'cores in use', 'CPU µs/order'], ...cpuRows]),
  ].join('\n\n');
}

function describe({ system, sustained, shares: parts, hot }: Figures): string {
  if (!sustained) return `## ${system}\n\nNo rate was sustained.`;
  const row = (what: string, run: Run) => [
    what,
    String(run.perSecond),
    ...[run.p50Ms, run.p90Ms, run.p99Ms].map((ms) => ms.toFixed(0)),
    run.settledAfterSeconds.toFixed(1),
  ];
  const rows = [
    ...parts.map(({ share, run }) => row(`${share * 100} %`, run)),
    row('sustained', sustained),
    ...(hot ? [row('sustained, all for one product', hot)] : []),
  ];
  const head = ['load', 'orders/s', 'p50 ms', 'p90 ms', 'p99 ms', 'all settled after s'];
  return `## ${system}\n\n${table([head, ...rows])}\n\n${describeWork(sustained, sustained.perSecond)}`;
}

/** From an order's placement to its CONFIRMED row: the sustained rate and the times, side by side with the baseline. */
export async function benchSettling(options: Options): Promise<boolean> {
  const figures = [
    await measure(startOrdermesh, true, options),
    await measure(startBaseline, false, options),
  ];
  const { seconds } = options;
  const page = [
    '# Settling orders',
    `Orders a second from placement through the gateway to the CONFIRMED row in the table, sustained for ${seconds} s with ` +
      'every order settled within 5 s of the last one, and the time from the answer of placeOrder to the row (a sample ' +
      'of the orders, looked at every 25 ms). The whole stack and the load generator share the machine.',
    ...figures.map(describe),
  ].join('\n\n');
  options.say(`\n${page}\n\nwritten to ${writeResults('settle', { seconds, figures }, page)}`);
  return figures.every(({ sustained }) => sustained !== undefined);
}
