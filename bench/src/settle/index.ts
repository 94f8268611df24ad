import { startBaseline } from '../shop/baseline.ts';
import { startOrdermesh, type Start, type System } from '../shop/system.ts';
import { show, table, writeResults } from '../report.ts';
import { spread } from '../statistics.ts';
import { listVerdicts } from '../verdict.ts';
import { findSustained, guessRate } from './find-sustained.ts';
import { judgeSettling } from './judge.ts';
import { runAtRate, type Run } from './run-at-rate.ts';
import type { Work } from './stages.ts';

export type Options = { seconds: number; signal: AbortSignal; say: (line: string) => void };

export type Figures = {
  system: string;
  sustained?: Run;
  shares: { share: number; runs: Run[] }[];
  hot?: Run;
};

const shares = [0.25, 0.5, 0.9];
/** An eighth of the long run is enough to see a backlog grow. */
const tryPart = 8;
/** Settle times are measured so often at each share, each time for a twelfth of the long run. */
const [shareRounds, sharePart] = [3, 12];
/** The baseline has to sustain its rate for a quarter of the time only: what is doubtful is in its favour. */
const baselinePart = 4;

/** One system at a time: it has the machine for itself. */
async function measure(
  start: (options: Start) => Promise<System>,
  { hot: withHot, part }: { hot: boolean; part: number },
  options: Options,
): Promise<Figures> {
  const { seconds, signal, say } = options;
  const system = await start(options);
  try {
    const trySeconds = Math.max(10, Math.round(seconds / tryPart));
    await guessRate(system, signal); // warms up
    const guess = await guessRate(system, signal);
    say(`${system.name} works a backlog off at ${Math.round(guess)} orders/s`);
    const search = { system, seconds: Math.max(5, Math.round(seconds / part)), trySeconds, signal, say };
    const sustained = await findSustained({ ...search, guess });
    const figures: Figures = { system: system.name, shares: [], ...(sustained && { sustained }) };
    if (!sustained) return figures;
    for (const share of shares) {
      const perSecond = Math.max(1, Math.round(sustained.perSecond * share));
      const runs: Run[] = [];
      for (let round = 0; round < shareRounds; round++)
        runs.push(await runAtRate(system, { perSecond, seconds: Math.max(5, seconds / sharePart), signal }));
      const failed = runs.find(({ wrong }) => wrong > 0);
      if (failed)
        throw new Error(`${system.name} at ${share * 100} % of what it sustains: ${failed.tooMuch}`);
      const [p50, p99] = [runs.map((run) => run.p50Ms), runs.map((run) => run.p99Ms)];
      say(`  ${system.name}, at ${share * 100} %: p50 ${show(spread(p50))} ms, p99 ${show(spread(p99))} ms`);
      figures.shares.push({ share, runs });
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
  const row = (what: string, runs: Run[]) => [
    what,
    String(runs[0]?.perSecond ?? ''),
    ...[
      runs.map(({ p50Ms }) => p50Ms),
      runs.map(({ p90Ms }) => p90Ms),
      runs.map(({ p99Ms }) => p99Ms),
      runs.map(({ settledAfterSeconds }) => settledAfterSeconds),
    ].map((values) => show(spread(values))),
  ];
  const rows = [
    ...parts.map(({ share, runs }) => row(`${share * 100} %`, runs)),
    row(`sustained for ${sustained.seconds} s`, [sustained]),
    ...(hot ? [row(`sustained for ${hot.seconds} s, all for one product`, [hot])] : []),
  ];
  const head = ['load', 'orders/s', 'p50 ms', 'p90 ms', 'p99 ms', 'all settled after s'];
  return `## ${system}\n\n${table([head, ...rows])}\n\n${describeWork(sustained, sustained.perSecond)}`;
}

/** From an order's placement to its CONFIRMED row: the sustained rate and the times, side by side with the baseline. */
export async function benchSettling(options: Options): Promise<boolean> {
  const figures = [
    await measure(startOrdermesh, { hot: true, part: 1 }, options),
    await measure(startBaseline, { hot: false, part: baselinePart }, options),
  ];
  const { seconds } = options;
  const verdicts = judgeSettling(figures);
  const page = [
    '# Settling orders',
    `Orders a second from placement through the gateway to the CONFIRMED row in the table, sustained for ${seconds} s with ` +
      'every order settled within 5 s of the last one, and the time from the answer of placeOrder to the row (a sample ' +
      'of the orders, looked at every 25 ms). The whole stack and the load generator share the machine.',
    listVerdicts(verdicts),
    ...figures.map(describe),
  ].join('\n\n');
  options.say(`\n${page}\n\nwritten to ${writeResults('settle', { seconds, verdicts, figures }, page)}`);
  return figures.every(({ sustained }) => sustained !== undefined);
}
