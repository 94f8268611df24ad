import { show, table, writeResults } from '../report.ts';
import { measureGateways, type Options } from './measure-gateways.ts';
import { queries } from './queries.ts';

/** Gateways side by side, on the same supergraph and the same answers of subgraphs. Gives whether all were right. */
export async function benchGateways(options: Options): Promise<boolean> {
  const { figures, notMeasured } = await measureGateways(options);
  const sections = queries.map(({ name }) => {
    const rows = figures
      .filter(({ query }) => query === name)
      .map((each) => [
        each.gateway,
        show(each.requestsPerSecond),
        show(each.cpuMicrosecondsPerRequest),
        show(each.p50Ms),
        show(each.p99Ms),
        show(each.rssMb),
        String(each.wrongAnswers),
      ]);
    const head = ['gateway', 'requests/s', 'CPU µs/request', 'p50 ms', 'p99 ms', 'RSS MB', 'wrong answers'];
    return `## ${name}\n\n${table([head, ...rows])}`;
  });
  const { rounds, seconds, clients } = options;
  const page = [
    '# Gateways side by side',
    `Medians (min–max) of ${rounds} interleaved rounds of ${seconds} s, ${clients} clients, each gateway alone on one core, ` +
      'load and stored subgraph answers on another. ordermesh verifies tokens, signs subgraph requests, keeps limits and ' +
      'counts; the others run as their documentation sets them up, without any of it.',
    ...sections,
    ...(notMeasured.length > 0 ? [`Not measured here: ${notMeasured.join(', ')}.`] : []),
  ].join('\n\n');
  options.say(`\n${page}\n\nwritten to ${writeResults('gateway', { figures, notMeasured }, page)}`);
  return figures.every(({ wrongAnswers }) => wrongAnswers === 0);
}
