import type { Verdict } from '../verdict.ts';
import type { Figures } from './index.ts';

const [timesTheBaseline, ordersPerSecond, hotShare] = [10, 600, 0.5];

/** What was measured against what is aimed at. */
export function judgeSettling(figures: Figures[]): Verdict[] {
  const of = (system: string) => figures.find((each) => each.system === system);
  const [ours, baseline] = [of('ordermesh'), of('baseline')];
  const rate = ours?.sustained?.perSecond ?? NaN;
  const baselineRate = baseline?.sustained?.perSecond ?? NaN;
  const hotRate = ours?.hot?.perSecond ?? NaN;
  const lasted = ours?.sustained?.seconds ?? NaN;
  return [
    {
      target: `at least ${ordersPerSecond} orders/s, the last one CONFIRMED within 5 s`,
      met: rate >= ordersPerSecond,
      measured: `${rate} orders/s for ${lasted} s, all CONFIRMED after ${(ours?.sustained?.settledAfterSeconds ?? NaN).toFixed(1)} s`,
    },
    {
      target: `at least ${timesTheBaseline} × the baseline's`,
      met: rate / baselineRate >= timesTheBaseline,
      measured: `${(rate / baselineRate).toFixed(1)} × (${rate} against ${baselineRate} orders/s)`,
    },
    {
      target: 'with all orders for one product at least half of it',
      met: hotRate / rate >= hotShare,
      measured: `${((100 * hotRate) / rate).toFixed(0)} % (${hotRate} orders/s)`,
    },
  ];
}
