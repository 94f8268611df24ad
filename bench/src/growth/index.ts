import { writeResults } from '../report.ts';
import { startOrdermesh } from '../shop/system.ts';
import { catalogueReads, catalogueTables, fillCatalogue } from './catalogue.ts';
import { describeReads, measureReads, ratiosOf, type Figure, type Growing } from './measure-reads.ts';
import { fillOrders, orderReads, orderTables } from './orders-table.ts';
import { describeRebuild, isFastEnough, measureRebuild } from './rebuild.ts';

export type Options = { rounds: number; seconds: number; signal: AbortSignal; say: (line: string) => void };

const growing: Growing[] = [
  {
    what: 'orders',
    tables: orderTables,
    sizes: [10_000, 100_000, 1_000_000],
    fill: fillOrders,
    reads: orderReads,
  },
  {
    what: 'products',
    tables: catalogueTables,
    sizes: [1_000, 100_000],
    fill: fillCatalogue,
    reads: catalogueReads,
  },
];
/** Each has two events. */
const ordersInLog = 500_000;

async function readAll(options: Options): Promise<Figure[]> {
  const system = await startOrdermesh(options);
  try {
    const figures: Figure[] = [];
    for (const each of growing) figures.push(...(await measureReads(system, each, options)));
    return figures;
  } finally {
    await system.stop();
  }
}

/** What becomes slower as tables and log grow. */
export async function benchGrowth(options: Options): Promise<boolean> {
  const { rounds, seconds, say } = options;
  const figures = await readAll(options);
  const rebuilt = await measureRebuild({ ...options, orders: ordersInLog });
  const of = (what: string) => figures.filter((each) => each.what === what);
  const page = [
    '# Growth',
    `Reads through the gateway with tables of several sizes, on one stack, 8 clients: medians (min–max) of ${rounds} interleaved rounds of ` +
      `${seconds} s. 500 different orders, products and places in the lists are asked for, spread over the whole table; one customer, who asks, ` +
      'has half of all orders. Each answer is compared with what it has to be.',
    ...growing.map(({ what }) => describeReads(what, of(what))),
    '## Rebuilding the orders table',
    describeRebuild(rebuilt),
  ].join('\n\n');
  say(`\n${page}\n\nwritten to ${writeResults('growth', { rounds, seconds, figures, rebuilt }, page)}`);
  const isFlat = growing.every(({ what }) => ratiosOf(of(what)).every(({ met }) => met));
  return isFlat && figures.every(({ wrong }) => wrong === 0) && isFastEnough(rebuilt);
}
