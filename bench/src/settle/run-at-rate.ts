import { placeAtRate } from '../shop/placing.ts';
import { createOrders } from '../shop/requests.ts';
import type { System } from '../shop/system.ts';
import { confirmedAfter, lastRow, untilConfirmed } from '../shop/table.ts';
import { percentile } from '../statistics.ts';
import { followOrders } from './settle-times.ts';
import { watchStages, type Work } from './stages.ts';

/** A rate is sustained when all orders are settled so soon after the last one, in seconds. */
const settledWithin = 5;
/** … and all are answered so soon after the last one was due. */
const placedWithin = 1;
/** How many seconds' worth of orders may be on their way before it is plain that they only become more. */
const hopelessBacklog = 10;
const lookEveryMs = 2_000;

export type Run = Work & {
  perSecond: number;
  seconds: number;
  /** Why the rate was not sustained. */
  tooMuch?: string;
  placed: number;
  wrong: number;
  /** From the last order's answer until every order was a CONFIRMED row. */
  settledAfterSeconds: number;
  /** From an order's answer to its CONFIRMED row. */
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
};

/** Places orders at a rate and waits until all are settled. */
export async function runAtRate(
  system: System,
  options: { perSecond: number; seconds: number; hot?: boolean; signal: AbortSignal },
): Promise<Run> {
  const { perSecond, seconds, hot = false, signal } = options;
  const after = await lastRow(system);
  const orders = createOrders(system.shop, system.gatewayPort, hot);
  const followed = followOrders(system, perSecond);
  const watched = await watchStages(system);
  let looking: Promise<void> | undefined;
  const timer = setInterval(() => {
    looking ??= watched
      .look()
      .catch(() => undefined)
      .finally(() => (looking = undefined));
  }, lookEveryMs);
  let gaveUp = false;
  try {
    const placed = await placeAtRate({
      port: system.gatewayPort,
      orders,
      perSecond,
      seconds,
      signal,
      onPlaced: followed.placed,
      enough: () => (gaveUp ||= followed.backlog() > hopelessBacklog * perSecond),
    });
    clearInterval(timer);
    const work = await watched.end();
    const settling = { after, interval: 100, signal };
    const settledAfterSeconds = await untilConfirmed(system, placed.ids.length, settling);
    const times = await followed.times();
    const confirmed = await confirmedAfter(system, after);
    // An order that was refused may have been placed all the same, one that was answered has to be there, and once.
    if (confirmed < placed.ids.length || confirmed > placed.ids.length + placed.wrong.length)
      throw new Error(`${placed.ids.length} orders were placed, ${confirmed} are in the table`);
    const [wrong] = placed.wrong;
    const refused =
      wrong === undefined ? undefined : `${placed.wrong.length} orders were not placed, as in ${wrong}`;
    // Who cannot even place them at the rate has not sustained it.
    const late = placed.seconds > seconds + placedWithin ? 'placing falls behind' : undefined;
    const backlog = gaveUp || settledAfterSeconds > settledWithin ? 'settling falls behind' : undefined;
    const tooMuch = refused ?? late ?? backlog;
    return {
      ...work,
      perSecond,
      seconds,
      ...(tooMuch !== undefined && { tooMuch }),
      placed: placed.ids.length,
      wrong: placed.wrong.length,
      settledAfterSeconds,
      p50Ms: percentile(times, 0.5),
      p90Ms: percentile(times, 0.9),
      p99Ms: percentile(times, 0.99),
    };
  } finally {
    clearInterval(timer);
    followed.giveUp();
  }
}
