import { messageOf } from '@ordermesh/stack/testing';
import { show, table, writeResults } from '../report.ts';
import { listVerdicts } from '../verdict.ts';
import { judgeGateways } from './judge.ts';
import { measureGateways, type GatewayFigures, type Options } from './measure-gateways.ts';
import { queries, queriesOf } from './queries.ts';
import { startRealSubgraphs } from './real-subgraphs.ts';
import { startStoredSubgraphs } from './stored-subgraphs.ts';

/** Rounds in front of the real subgraphs, which are what limits most gateways there. */
const realRounds = 3;

const head = ['gateway', 'requests/s', 'CPU µs/request', 'p50 ms', 'p99 ms', 'RSS MB', 'wrong answers'];

function section(query: string, figures: GatewayFigures[]): string {
  const rows = figures
    .filter((each) => each.query === query)
    .map((each) => [
      each.gateway,
      show(each.requestsPerSecond),
      show(each.cpuMicrosecondsPerRequest),
      show(each.p50Ms),
      show(each.p99Ms),
      show(each.rssMb),
      String(each.wrongAnswers),
    ]);
  return `## ${query}\n\n${table([head, ...rows])}`;
}

async function measureInFrontOfStored(options: Options) {
  const stored = await startStoredSubgraphs();
  try {
    return await measureGateways(stored, queries, options);
  } finally {
    await stored.stop();
  }
}

/** What was measured before is not lost when this fails. */
async function tryInFrontOfReal(options: Options): Promise<GatewayFigures[] | undefined> {
  try {
    const { figures } = await measureInFrontOfReal(options);
    return figures;
  } catch (error) {
    options.signal.throwIfAborted();
    options.say(`nothing measured in front of real subgraphs: ${messageOf(error)}`);
    return undefined;
  }
}

async function measureInFrontOfReal(options: Options) {
  const real = await startRealSubgraphs(options);
  try {
    return await measureGateways(real, queriesOf(real.shop), options);
  } finally {
    await real.stop();
  }
}

/** Gateways side by side, on the same supergraph and the same answers of subgraphs. Gives whether all were right. */
export async function benchGateways(options: Options): Promise<boolean> {
  const stored = await measureInFrontOfStored(options);
  const real = await tryInFrontOfReal({ ...options, rounds: Math.min(options.rounds, realRounds) });
  const figures = [...stored.figures, ...(real ?? [])];
  const notMeasured = [...stored.notMeasured, ...(real ? [] : ['all in front of real subgraphs'])];
  const verdicts = judgeGateways(stored.figures);
  const { rounds, seconds, clients } = options;
  const names = [...new Set(figures.map(({ query }) => query))];
  const page = [
    '# Gateways side by side',
    `Medians (min–max) of ${rounds} interleaved rounds of ${seconds} s, ${clients} clients, each gateway alone on one core, ` +
      'load and stored subgraph answers on another. ordermesh verifies tokens, signs subgraph requests, keeps limits and ' +
      'counts, and is started with the flags of Node that `npm start` and its image have; the others run as their ' +
      'documentation sets them up, without any of it.',
    listVerdicts(verdicts),
    'Real subgraphs (users, catalogs and orders of a whole stack, with their databases, on the other core) answer to ' +
      'signed requests with a token only: for all gateways alike a front adds both. There the subgraphs are what is ' +
      'measured, except by the CPU time of the gateway.',
    ...names.map((name) => section(name, figures)),
    ...(notMeasured.length > 0 ? [`Not measured here: ${notMeasured.join(', ')}.`] : []),
  ].join('\n\n');
  options.say(`\n${page}\n\nwritten to ${writeResults('gateway', { figures, verdicts, notMeasured }, page)}`);
  return real !== undefined && figures.every(({ wrongAnswers }) => wrongAnswers === 0);
}
