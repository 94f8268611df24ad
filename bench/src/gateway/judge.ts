import type { Verdict } from '../verdict.ts';
import type { GatewayFigures } from './measure-gateways.ts';

const judged = 'nested page, variables that differ';
const [own, native] = ['ordermesh', 'hive-router (native)'];
const times = (value: number) => `${value.toFixed(1)}×`;

/** What was aimed at, of the medians. What was not measured is not met. */
export function judgeGateways(figures: GatewayFigures[]): Verdict[] {
  const of = (gateway: string) => figures.find((each) => each.query === judged && each.gateway === gateway);
  const perSecond = (gateway: string) => of(gateway)?.requestsPerSecond.median ?? NaN;
  const p99 = (gateway: string) => of(gateway)?.p99Ms.median ?? NaN;
  const faster = (gateway: string, factor: number): Verdict => {
    const measured = perSecond(own) / perSecond(gateway);
    return {
      target: `at least ${factor}× the requests/s of ${gateway}`,
      met: measured >= factor,
      measured: times(measured),
    };
  };
  const peers = figures
    .filter(({ query, gateway }) => query === judged && gateway !== own && gateway !== native)
    .map(({ p99Ms }) => p99Ms.median);
  const ofNative = p99(own) / p99(native);
  const rss = Math.max(...figures.filter(({ gateway }) => gateway === own).map(({ rssMb }) => rssMb.max));
  return [
    faster('@apollo/gateway', 12),
    faster('@graphql-hive/gateway', 12),
    faster(native, 1.2),
    {
      target: 'a better p99 than every gateway on Node',
      met: p99(own) < Math.min(...peers),
      measured: `${p99(own).toFixed(1)} ms, the others from ${Math.min(...peers).toFixed(1)} ms`,
    },
    { target: `a p99 of at most 3× that of ${native}`, met: ofNative <= 3, measured: times(ofNative) },
    { target: 'less than 300 MB', met: rss < 300, measured: `${Math.round(rss)} MB at most` },
  ];
}
