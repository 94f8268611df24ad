import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, jest, test } from '@jest/globals';
import { mutants } from '../src/simulation/mutants.ts';
import { realRules, type Rules } from '../src/simulation/rules.ts';
import { shrink } from '../src/simulation/shrink.ts';
import { replay, simulate, type Failure } from '../src/simulation/simulate.ts';

// The 10 000 histories take some 15 s on two busy cores.
jest.setTimeout(60_000);

const main = fileURLToPath(new URL('../src/simulation/main.ts', import.meta.url));

/** Runs the command line to its end; `output` is what it printed, with its complaints. */
async function runSimulation(...args: string[]): Promise<{ status: number | null; output: string }> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((resolve, reject) =>
    child.on('error', reject).on('close', resolve),
  );
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { status: await ended, output: stdout + stderr };
}

/** The first of the seeds 1 … `count` that fails. */
function firstFailure(rules: Rules, count: number): { seed: number; failure: Failure } | null {
  for (let seed = 1; seed <= count; seed++) {
    const failure = simulate(seed, rules);
    if (failure) return { seed, failure };
  }
  return null;
}

// In processes of their own: one for each core, and without the cost of Jest's module scopes.
test('in 10 000 histories with faults every invariant holds after every step and at rest', async () => {
  const half = 5_000;
  const outcomes = await Promise.all(
    [1, 1 + half].map((first) => runSimulation('--seed', String(first), '--seeds', String(half))),
  );
  for (const { status, output } of outcomes) if (status !== 0) throw new Error(output);
  expect(outcomes.map(({ output }) => output)).toEqual([
    expect.stringContaining(`${half} seeds from 1: every invariant held`),
    expect.stringContaining(`${half} seeds from ${1 + half}: every invariant held`),
  ]);
});

test('histories come to every cell of the tables of reservations and payments', () => {
  const reservations = new Set<string>();
  const payments = new Set<string>();
  const watched: Rules = {
    ...realRules,
    decideReservations: (events, available, existing) => {
      for (const event of events) {
        if (event.type === 'StockMoved') continue;
        reservations.add(`${existing.reservations.get(event.order.orderId)?.status ?? 'none'} ${event.type}`);
      }
      return realRules.decideReservations(events, available, existing);
    },
    decidePayments: (events, wallets, recorded) => {
      for (const { type, order } of events)
        payments.add(`${recorded.get(order.orderId)?.status ?? 'none'} ${type}`);
      return realRules.decidePayments(events, wallets, recorded);
    },
  };
  expect(firstFailure(watched, 1_000)).toBeNull();

  const each = (statuses: string[], types: string[]) =>
    statuses.flatMap((status) => types.map((type) => `${status} ${type}`));
  const wishes = ['OrderPlaced', 'OrderCancelRequested'];
  const outcomes = ['PaymentCompleted', 'PaymentDeclined'];
  // Dead letters (a payment without a reservation, one that is declined after the sale) are never come to.
  expect([...reservations].sort()).toEqual(
    [
      ...each(['none', 'REJECTED'], wishes),
      ...each(['RESERVED', 'RELEASED'], [...wishes, ...outcomes]),
      ...each(['SOLD'], [...wishes, 'PaymentCompleted']),
    ].sort(),
  );
  const statuses = ['none', 'PAID', 'DECLINED', 'REFUNDED', 'VOIDED'];
  expect([...payments].sort()).toEqual(each(statuses, ['StockReserved', 'StockReleased']).sort());
});

/** What is violated, at the latest within this many seeds, and shown by a history of at most so many steps. */
const [seedsAtMost, stepsAtMost] = [1_000, 20];
const violated: Record<string, RegExp> = {
  'without the inbox check in catalogs': /the orders have .* reserved/,
  'without the inbox check in users': /is not wallets|its reservation and payment are/,
  'without ordering by key': /the row of .* begins as/,
  'without the release on decline': /its reservation and payment are RESERVED DECLINED/,
  'without the refund on release': /its reservation and payment are RELEASED PAID/,
  'without a record of what was rejected': /its reservation and payment are/,
  "without the trigger's rule": /the row of .* (went from|changed without)/,
  'with offsets committed before the database': /begins as|is PENDING|not in the table|was accepted/,
  'with a connector that stores its position before it has published': /is PENDING|was accepted/,
  'with an answer before the append': /is not in the table/,
};

describe('the simulation catches a mutant of the system', () => {
  test.each([...mutants])('%s', (name, rules) => {
    const found = firstFailure(rules, seedsAtMost);
    if (!found) throw new Error(`${seedsAtMost} seeds passed ${name}`);

    const shortest = shrink(found.failure, rules);
    expect(shortest.violation.message).toMatch(violated[name] ?? /^$/);
    expect(shortest.history.steps.length).toBeLessThanOrEqual(stepsAtMost);
    // It is the mutation that fails: with the real rules the same history holds.
    expect(replay(shortest.history)).toBeNull();
  });
});

test('the same seed is the same history, and a shortened one fails each time in the same way', () => {
  const rules = mutants.get("without the trigger's rule") ?? realRules;
  const found = firstFailure(rules, seedsAtMost);
  if (!found) throw new Error('nothing failed');
  expect(simulate(found.seed, rules)).toEqual(found.failure);

  const shortest = shrink(found.failure, rules);
  expect(replay(shortest.history, { rules })?.message).toBe(shortest.violation.message);
});

describe('npm run simulate', () => {
  test('says that all held, and ends with 0', async () => {
    const { status, output } = await runSimulation('--seed', '7', '--seeds', '20');
    expect(output).toContain('20 seeds from 7: every invariant held');
    expect(status).toBe(0);
  });

  test('prints the seed and the shortest history of a failure, and ends with 1', async () => {
    const { status, output } = await runSimulation('--mutant', 'without the release on decline');
    expect(output).toMatch(/^seed \d+: order-\d+ is REJECTED, its reservation and payment are RESERVED/m);
    expect(output).toContain('the shortest history has 1 step');
    expect(output).toMatch(/npm run simulate -- --seed \d+ --mutant/);
    expect(status).toBe(1);
  });

  test.each([
    ['--seed', '-1'],
    ['--seeds', '0'],
    ['--mutant', 'unheard of'],
    ['--foo', '1'],
  ])('ends with 2 when the options are wrong: %s %s', async (...args) => {
    const { status, output } = await runSimulation(...args);
    expect(output).toMatch(/^.+\(see --help\)\n$/);
    expect(status).toBe(2);
  });
});
