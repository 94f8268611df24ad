import { show, table, writeResults } from '../report.ts';
import { percentile, spread, type Spread } from '../statistics.ts';
import { startBaseline } from '../shop/baseline.ts';
import { placeAtRate, placeByClients, type Placed } from '../shop/placing.ts';
import { createOrders, type PlaceOrder } from '../shop/requests.ts';
import { startOrdermesh, type System } from '../shop/system.ts';
import { countMissing, untilConfirmed } from '../shop/table.ts';
import { judgePlacing } from './judge.ts';
import { listVerdicts } from '../verdict.ts';

export type Options = {
  rounds: number;
  seconds: number;
  signal: AbortSignal;
  say: (line: string) => void;
};

const clientCounts = [1, 16, 64];

/** Of a round; `settledAfter` is how many seconds after the last answer all its orders were CONFIRMED. */
type Round = Placed & { settledAfter: number };
type Measured = { system: System; orders: PlaceOrder[]; ids: string[]; wrong: number; results: Round[] };
export type Figures = { ordersPerSecond: Spread; p50Ms: Spread; p99Ms: Spread; settledAfter: Spread };
/** Of a system at so many clients, or at a fixed rate. */
export type Placing = { system: string; clients?: number; atRate?: number } & Figures;

const figuresOf = (results: Round[]): Figures => ({
  ordersPerSecond: spread(results.map(({ ids, seconds }) => ids.length / seconds)),
  p50Ms: spread(results.map(({ latencies }) => percentile(latencies, 0.5))),
  p99Ms: spread(results.map(({ latencies }) => percentile(latencies, 0.99))),
  settledAfter: spread(results.map(({ settledAfter }) => settledAfter)),
});

/**
 * Rounds are interleaved, and one begins when the orders of the one before are settled: a system is idle while the other
 * is measured, and settles its orders on the same cores while it takes new ones.
 */
async function measureRound(each: Measured, place: () => Promise<Placed>, { signal, say }: Options) {
  const placed = await place();
  each.ids.push(...placed.ids);
  each.wrong += placed.wrong.length;
  if (placed.wrong[0] !== undefined) say(`${each.system.name}, a wrong answer: ${placed.wrong[0]}`);
  const settledAfter = await untilConfirmed(each.system, each.ids.length, { interval: 100, signal });
  const perSecond = Math.round(placed.ids.length / placed.seconds);
  say(`  ${each.system.name}: ${perSecond} orders/s, all settled ${settledAfter.toFixed(1)} s later`);
  each.results.push({ ...placed, settledAfter });
}

async function measure(systems: System[], options: Options) {
  const { rounds, seconds, signal, say } = options;
  const measured = systems.map((system): Measured => {
    const orders = createOrders(system.shop, system.gatewayPort);
    return { system, orders, ids: [], wrong: 0, results: [] };
  });
  const figures: Placing[] = [];
  const peaks = new Map<string, number>();

  say('warming up');
  for (const each of measured) {
    const { orders, system } = each;
    const load = { port: system.gatewayPort, orders, clients: 64, seconds, signal };
    await measureRound(each, () => placeByClients(load), options);
  }
  for (const clients of clientCounts) {
    for (const each of measured) each.results = [];
    for (let round = 1; round <= rounds; round++) {
      say(`${clients} clients, round ${round} of ${rounds}`);
      for (const each of measured) {
        const load = { port: each.system.gatewayPort, orders: each.orders, clients, seconds, signal };
        await measureRound(each, () => placeByClients(load), options);
      }
    }
    for (const { system, results } of measured) {
      const found = figuresOf(results);
      figures.push({ system: system.name, clients, ...found });
      peaks.set(system.name, Math.max(peaks.get(system.name) ?? 0, found.ordersPerSecond.median));
    }
  }
  for (const each of measured) each.results = [];
  for (let round = 1; round <= rounds; round++) {
    say(`half the peak, round ${round} of ${rounds}`);
    for (const each of measured) {
      const perSecond = (peaks.get(each.system.name) ?? 0) / 2;
      const load = { port: each.system.gatewayPort, orders: each.orders, perSecond, seconds, signal };
      await measureRound(each, () => placeAtRate(load), options);
    }
  }
  for (const { system, results } of measured)
    figures.push({
      system: system.name,
      atRate: (peaks.get(system.name) ?? 0) / 2,
      ...figuresOf(results),
    });

  const checks = [];
  for (const { system, ids, wrong } of measured)
    checks.push({
      system: system.name,
      answered: ids.length,
      wrong,
      missing: await countMissing(system, ids),
    });
  return { figures, checks };
}

/** Placing orders through the gateway until the broker has them, side by side with the baseline. Gives whether all was right. */
export async function benchOrders(options: Options): Promise<boolean> {
  const systems: System[] = [];
  try {
    systems.push(await startOrdermesh(options));
    systems.push(await startBaseline(options));
    const { figures, checks } = await measure(systems, options);
    const { rounds, seconds } = options;
    const verdicts = judgePlacing(figures);
    const rows = figures.map(({ system, clients, atRate, ordersPerSecond, p50Ms, p99Ms, settledAfter }) => [
      clients === undefined
        ? `half the peak (${Math.round(atRate ?? 0)}/s, open loop)`
        : `${clients} clients`,
      system,
      show(ordersPerSecond),
      show(p50Ms),
      show(p99Ms),
      show(settledAfter),
    ]);
    const page = [
      '# Placing orders',
      'From a client through the gateway until the broker has acknowledged the order, and back, each system on a stack of ' +
        `its own: medians (min–max) of ${rounds} interleaved rounds of ${seconds} s, 100 customers, 50 products. Stock, ` +
        'payment, table and load generator are on the same cores, and a system is idle while the other is measured.',
      listVerdicts(verdicts),
      table([
        ['load', 'system', 'orders/s', 'p50 ms', 'p99 ms', 'all CONFIRMED s after the last answer'],
        ...rows,
      ]),
      table([
        ['system', 'orders answered', 'wrong answers', 'answered and not CONFIRMED in the table at the end'],
        ...checks.map(({ system, answered, wrong, missing }) => [
          ...[system, String(answered), String(wrong), String(missing)],
        ]),
      ]),
    ].join('\n\n');
    options.say(`\n${page}\n\nwritten to ${writeResults('orders', { verdicts, figures, checks }, page)}`);
    return checks.every(({ wrong, missing }) => wrong === 0 && missing === 0);
  } finally {
    await Promise.all(systems.map((system) => system.stop()));
  }
}
