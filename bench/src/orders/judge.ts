import type { Verdict } from '../verdict.ts';
import type { Placing } from './index.ts';

const timesTheBaseline = 8;
const mostClients = 64;
const p99Ms = 50;

/** What was measured against what is aimed at. */
export function judgePlacing(figures: Placing[]): Verdict[] {
  const rateOf = (system: string, clients: number) =>
    figures.find((each) => each.system === system && each.clients === clients)?.ordersPerSecond.median ?? NaN;
  const times = (clients: number) => rateOf('ordermesh', clients) / rateOf('baseline', clients);
  const compare = (clients: number) =>
    `${times(clients).toFixed(1)} × (${rateOf('ordermesh', clients).toFixed(0)} against ${rateOf('baseline', clients).toFixed(0)} orders/s)`;
  const half = figures.find((each) => each.system === 'ordermesh' && each.atRate !== undefined);
  const halfP99 = half?.p99Ms.median ?? NaN;
  return [
    {
      target: `at ${mostClients} clients at least ${timesTheBaseline} × the baseline's orders/s`,
      met: times(mostClients) >= timesTheBaseline,
      measured: compare(mostClients),
    },
    { target: 'with one client at least as fast as the baseline', met: times(1) >= 1, measured: compare(1) },
    {
      target: `p99 under ${p99Ms} ms at half the peak`,
      met: halfP99 < p99Ms,
      measured: `${halfP99.toFixed(0)} ms at ${(half?.atRate ?? NaN).toFixed(0)} orders/s`,
    },
  ];
}
