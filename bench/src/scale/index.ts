import { describeMachine } from '@ordermesh/acceptance/src/machine.ts';
import { show, table, writeResults } from '../report.ts';
import { placeByClients, type Placed } from '../shop/placing.ts';
import { createOrders, type PlaceOrder } from '../shop/requests.ts';
import { startOrdermesh, type System } from '../shop/system.ts';
import { countMissing, untilConfirmed } from '../shop/table.ts';
import { percentile, spread } from '../statistics.ts';
import { saturation, usefulInstances, type ServiceTimes } from './saturation.ts';

export type Options = {
  rounds: number;
  seconds: number;
  signal: AbortSignal;
  say: (line: string) => void;
};

const instanceCounts = [1, 2, 4];
const clients = 64;
/** The first thousands of orders cost twice as much: code is compiled, buffers grow. */
const warmUpRounds = 2;

type Measured = {
  instances: number;
  system: System;
  orders: PlaceOrder[];
  ids: string[];
  wrong: number;
  placed: Placed[];
  /** Of each round. */
  times: ServiceTimes[];
};

/** Instances of one service count as one; who only watches the connectors is no part of an order's way. */
function timesOf(
  before: Record<string, number>,
  after: Record<string, number>,
  orders: number,
): ServiceTimes {
  const times: ServiceTimes = {};
  for (const [name, seconds] of Object.entries(after)) {
    if (name === 'connectors') continue;
    const service = name.replace(/-\d+$/, '');
    times[service] = (times[service] ?? 0) + ((seconds - (before[name] ?? 0)) * 1e6) / orders;
  }
  return times;
}

async function measureRound(each: Measured, { seconds, signal, say }: Options): Promise<void> {
  const { system, orders, instances } = each;
  const before = system.cpuSeconds();
  const placed = await placeByClients({ port: system.gatewayPort, orders, clients, seconds, signal });
  each.ids.push(...placed.ids);
  each.wrong += placed.wrong.length;
  if (placed.wrong[0] !== undefined) say(`a wrong answer: ${placed.wrong[0]}`);
  await untilConfirmed(system, each.ids.length, { interval: 100, signal });
  each.placed.push(placed);
  each.times.push(timesOf(before, system.cpuSeconds(), placed.ids.length));
  say(`  ${instances} instances: ${Math.round(placed.ids.length / placed.seconds)} orders/s`);
}

function describe(measured: Measured[]): string {
  const rows = measured.map(({ instances, placed, ids, wrong }) => [
    String(instances),
    show(spread(placed.map((each) => each.ids.length / each.seconds))),
    show(spread(placed.map(({ latencies }) => percentile(latencies, 0.5)))),
    show(spread(placed.map(({ latencies }) => percentile(latencies, 0.99)))),
    String(ids.length),
    String(wrong),
  ]);
  return table([
    ['instances of orders', 'orders/s placed', 'p50 ms', 'p99 ms', 'orders answered', 'wrong answers'],
    ...rows,
  ]);
}

const medianTimes = ({ times }: Measured): ServiceTimes =>
  Object.fromEntries(
    Object.keys(times[0] ?? {}).map((name) => [name, spread(times.map((each) => each[name] ?? 0)).median]),
  );

function describeTimes(measured: Measured[]): string {
  const [first] = measured;
  const names = Object.entries(first ? medianTimes(first) : {}).toSorted(([, a], [, b]) => b - a);
  const rows = names.map(([name]) => [
    name,
    ...measured.map((each) => show(spread(each.times.map((times) => times[name] ?? 0)))),
  ]);
  const sums = measured.map(({ times }) =>
    show(spread(times.map((each) => Object.values(each).reduce((sum, one) => sum + one, 0)))),
  );
  const head = measured.map(({ instances }) => `CPU µs/order, ${instances} orders`);
  return table([['process', ...head], ...rows, ['all together', ...sums]]);
}

/** What the figures come to, in words. */
function conclude(measured: Measured[], cores: number): string {
  const [first] = measured;
  if (!first) return '';
  const times = medianTimes(first);
  const perOrder = Object.values(times).reduce((sum, each) => sum + each, 0);
  const limits = saturation(times, cores);
  const useful = usefulInstances(limits);
  const round = (rate: number) => String(Math.round(rate));
  const most = [...limits].toSorted((a, b) => (times[b.process] ?? 0) - (times[a.process] ?? 0))[0];
  return [
    `On this machine all processes share ${cores} cores, and an order costs ${round(perOrder)} µs of them until it is settled (the ` +
      `most of it ${most?.process}, ${round(times[most?.process ?? ''] ?? 0)} µs): no more than ${round((cores * 1e6) / perOrder)} ` +
      'orders/s can be placed and settled in the long run, however many instances share the work; while orders are ' +
      'placed faster, settling lags behind. Further instances of orders only add their own work.',
    'By these service times, each would saturate with a machine like this one for itself (a core for a Node process, ' +
      `${cores} for the others; without what the network adds):`,
    table([
      ['process', 'CPU µs/order', 'saturates at orders/s'],
      ...limits.map(({ process, ordersPerSecond }) => [
        process,
        (times[process] ?? 0).toFixed(0),
        round(ordersPerSecond),
      ]),
    ]),
    useful
      ? `Orders is spread over instances as it is: ${useful.instances} of them are as much as ${useful.then.process} takes (${round(useful.then.ordersPerSecond)} ` +
        'orders/s); from there on that has to be more than one.'
      : '',
  ].join('\n\n');
}

/** Placing with several instances of orders, and where they would saturate with machines of their own. */
export async function benchScale(options: Options): Promise<boolean> {
  const { rounds, seconds, signal, say } = options;
  const measured: Measured[] = [];
  try {
    for (const instances of instanceCounts) {
      const system = await startOrdermesh({ signal, say, orders: instances });
      const orders = createOrders(system.shop, system.gatewayPort);
      measured.push({ instances, system, orders, ids: [], wrong: 0, placed: [], times: [] });
    }
    for (let round = 1; round <= warmUpRounds; round++) {
      say(`warming up, round ${round} of ${warmUpRounds}`);
      for (const each of measured) await measureRound(each, options);
    }
    for (const each of measured) [each.placed, each.times] = [[], []];
    for (let round = 1; round <= rounds; round++) {
      say(`round ${round} of ${rounds}`);
      for (const each of measured) await measureRound(each, options);
    }
    const missing = await Promise.all(measured.map(({ system, ids }) => countMissing(system, ids)));
    const lost = missing.reduce((sum, count) => sum + count, 0);
    const { cores } = describeMachine();
    const page = [
      '# Several instances of orders',
      `${clients} clients through the gateway, medians (min–max) of ${rounds} interleaved rounds of ${seconds} s, a stack for each row; the ` +
        'load generator is on the same cores. CPU times are from the first order placed until the last is CONFIRMED in the table.',
      describe(measured),
      `Answered and not CONFIRMED in the table at the end: ${lost}.`,
      describeTimes(measured),
      conclude(measured, cores),
    ].join('\n\n');
    const figures = measured.map(({ instances, ids, wrong, placed, times }) => ({
      instances,
      answered: ids.length,
      wrong,
      ordersPerSecond: spread(placed.map((each) => each.ids.length / each.seconds)),
      p99Ms: spread(placed.map(({ latencies }) => percentile(latencies, 0.99))),
      cpuMicrosecondsPerOrder: times,
    }));
    say(`\n${page}\n\nwritten to ${writeResults('scale', { rounds, seconds, lost, figures }, page)}`);
    return lost === 0 && measured.every(({ wrong }) => wrong === 0);
  } finally {
    await Promise.all(measured.map(({ system }) => system.stop()));
  }
}
