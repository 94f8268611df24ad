import { isAbsolute, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { runningStack } from '@ordermesh/stack/testing';
import { cpuSeconds } from './cpu-seconds.ts';
import { describeMachine } from './machine.ts';
import { percentile } from './percentile.ts';
import { createShop } from './shop.ts';

const help = `npm run settle-time -- [--data DIR] [--rate 20] [--seconds 30]

Places orders through the gateway of the running stack, RATE of them a second, and measures for each how long it takes
from the answer of placeOrder until order(id) says CONFIRMED: through the gateway too, asked again and again with
pauses of 30 ms. Says too how much CPU time each service took for it, by its own metrics. DIR is the stack's folder
(default .stack).`;

/** Orders that are placed before the measuring begins: the first ones of a process are slower than any other. */
const warmUpSeconds = 3;
const giveUpAfterMs = 30_000;
/** Pause between two looks at an order: makes the figures worse by half of it, and keeps the looking from being the load. */
const lookEveryMs = 30;

type Measured = { answeredIn: number; settledIn: number };

function readOptions() {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      rate: { type: 'string', default: '20' },
      seconds: { type: 'string', default: '30' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const positive = (name: 'rate' | 'seconds') => {
    const value = Number(values[name]);
    if (!(value > 0)) throw new Error(`--${name} must be a number greater than 0, not "${values[name]}"`);
    return value;
  };
  if (values.help) return undefined;
  const base = process.env['INIT_CWD'] ?? process.cwd();
  const root = join(import.meta.dirname, '../..');
  // The default folder is the checkout's; one that is named is relative to where the command was typed.
  const data = values.data ?? join(root, '.stack');
  return {
    data: isAbsolute(data) ? data : resolve(base, data),
    rate: positive('rate'),
    seconds: positive('seconds'),
  };
}

function line(what: string, values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => `${percentile(sorted, share).toFixed(0)} ms`;
  return `${what.padEnd(22)} p50 ${at(0.5)} · p90 ${at(0.9)} · p99 ${at(0.99)} · max ${at(1)}`;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (!options) {
    console.log(help);
    return 0;
  }
  const { data, rate, seconds } = options;
  const stack = runningStack(data);
  const shop = createShop(stack.graphql, stack.demo.admin.token);
  const { token } = await shop.signUp();
  const productId = await shop.addProduct({ stock: 1_000_000, unitPrice: 1 });
  await shop.placeOrder(token, { productId, qty: 1 }); // its price is in the replica from here on

  async function measure(): Promise<Measured> {
    const begun = performance.now();
    const { id } = await shop.placeOrder(token, { productId, qty: 1 });
    const answered = performance.now();
    for (;;) {
      const order = await shop.order(token, id);
      const now = performance.now();
      if (order?.status === 'CONFIRMED') return { answeredIn: answered - begun, settledIn: now - answered };
      if (order && order.status !== 'PENDING') throw new Error(`order ${id} is ${order.status}`);
      if (now - answered > giveUpAfterMs)
        throw new Error(`order ${id} is still ${order?.status ?? 'unseen'}`);
      await sleep(lookEveryMs);
    }
  }

  /** At fixed times, however long the earlier ones take: a slow system gets no fewer orders for it. */
  async function placeAtRate(forSeconds: number) {
    const count = Math.round(rate * forSeconds);
    const begun = performance.now();
    const running: Promise<PromiseSettledResult<Measured>[]>[] = [];
    for (let n = 0; n < count; n++) {
      await sleep(Math.max(0, begun + (n * 1000) / rate - performance.now()));
      running.push(Promise.allSettled([measure()]));
    }
    const results = (await Promise.all(running)).flat();
    const failed = results.filter((each) => each.status === 'rejected');
    const measured = results.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
    return { measured, failed };
  }

  await placeAtRate(warmUpSeconds);
  const before = await cpuSeconds(stack.ports);
  const { measured, failed } = await placeAtRate(seconds);
  const after = await cpuSeconds(stack.ports);
  const { cores, cpu, memoryGb, node } = describeMachine();
  console.log(`${measured.length} orders at ${rate} a second for ${seconds} s, one customer, one product`);
  console.log(
    line(
      'placeOrder answered',
      measured.map(({ answeredIn }) => answeredIn),
    ),
  );
  console.log(
    line(
      'answer → CONFIRMED',
      measured.map(({ settledIn }) => settledIn),
    ),
  );
  const perOrder = Object.entries(after).map(
    ([service, now]) =>
      `${service} ${((1000 * (now - (before[service] ?? 0))) / measured.length).toFixed(1)}`,
  );
  console.log(`${'CPU ms per order'.padEnd(22)} ${perOrder.join(' · ')} (the looking included)`);
  console.log(
    `machine: ${cores} cores, ${cpu}, ${memoryGb} GB, Node ${node}, load generator on the same machine`,
  );
  for (const { reason } of failed.slice(0, 3)) console.error(`failed: ${String(reason)}`);
  if (failed.length > 0) console.error(`${failed.length} orders were not confirmed`);
  return failed.length > 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
