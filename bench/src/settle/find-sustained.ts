import { placeByClients } from '../shop/placing.ts';
import { createOrders } from '../shop/requests.ts';
import type { System } from '../shop/system.ts';
import { lastRow, untilConfirmed } from '../shop/table.ts';
import { runAtRate, type Run } from './run-at-rate.ts';

const step = 1.15;
const [burstClients, burstSeconds] = [64, 5];

export type Search = {
  system: System;
  /** Of the run that counts, and of the shorter ones that look for its rate. */
  seconds: number;
  trySeconds: number;
  hot?: boolean;
  /** Where to begin, orders a second. */
  guess: number;
  signal: AbortSignal;
  say: (line: string) => void;
};

/** A first guess: how fast a backlog is worked off. */
export async function guessRate(system: System, signal: AbortSignal): Promise<number> {
  const begun = performance.now();
  const after = await lastRow(system);
  const orders = createOrders(system.shop, system.gatewayPort);
  const load = { port: system.gatewayPort, orders, clients: burstClients, seconds: burstSeconds, signal };
  const { ids } = await placeByClients(load);
  await untilConfirmed(system, ids.length, { after, interval: 100, signal });
  return ids.length / ((performance.now() - begun) / 1_000);
}

/** The highest rate that is sustained: up or down in steps by short runs, then proved by a long one. */
export async function findSustained(search: Search): Promise<Run | undefined> {
  const { system, seconds, trySeconds, hot = false, guess, signal, say } = search;
  async function attempt(perSecond: number, forSeconds: number): Promise<Run> {
    const run = await runAtRate(system, { perSecond, seconds: forSeconds, hot, signal });
    const verdict = run.tooMuch ?? 'sustained';
    const { settledAfterSeconds, p50Ms } = run;
    say(
      `  ${system.name}, ${perSecond} orders/s for ${forSeconds} s${hot ? ', one product' : ''}: ${verdict}, settled ` +
        `${settledAfterSeconds.toFixed(1)} s after the last (p50 ${p50Ms.toFixed(0)} ms)`,
    );
    return run;
  }

  let rate = Math.max(1, Math.round(guess));
  let best = 0;
  let [low, high] = [0, Infinity];
  for (let tries = 0; tries < 8 && (low === 0 || high === Infinity); tries++) {
    if ((await attempt(rate, trySeconds)).tooMuch === undefined) low = rate;
    else high = rate;
    rate = Math.max(1, Math.round(high === Infinity ? low * step : low === 0 ? high / step : low));
    best = low;
    if (rate === 1 && low === 0) break;
  }
  // What was sustained for a short time need not be for a long one: a little less, then less and less.
  for (const share of [0.95, 0.85, 0.75, 0.65]) {
    const run = await attempt(Math.max(1, Math.floor(best * share)), seconds);
    if (run.tooMuch === undefined) return run;
  }
  return undefined;
}
