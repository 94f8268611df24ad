import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { Database, Sql } from '@ordermesh/chassis/database';
import { createPrices } from '../src/prices.ts';

/** A replica that holds prices, and notes what it was asked. */
function aReplica(prices: Record<string, number>) {
  const asked: string[][] = [];
  const replica = { isAway: false };
  const query = ((_statement: string, [ids]: [string[]]) => {
    asked.push(ids.toSorted());
    if (replica.isAway) return Promise.reject(new Error('away'));
    return Promise.resolve(ids.filter((id) => id in prices).map((id) => ({ id, unit_price: prices[id] })));
  }) as Sql['query'];
  const database: Pick<Database, 'sql'> = {
    sql: { query, batch: () => Promise.reject(new Error('reads only')) },
  };
  return { prices, asked, replica, priceOf: createPrices({ database }) };
}

/** What is read is read in a turn of the event loop of its own. */
async function passes(milliseconds: number): Promise<void> {
  jest.advanceTimersByTime(milliseconds);
  for (let turns = 0; turns < 3; turns++) await turn();
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
});
afterEach(() => {
  jest.useRealTimers();
});

test('orders that follow one another share a reading of the price', async () => {
  const { asked, priceOf } = aReplica({ P: 5 });
  expect([await priceOf('P', null), await priceOf('P', 5), await priceOf('P', null)]).toEqual([5, 5, 5]);
  expect(asked).toEqual([['P']]);
});

test('who expects another price than the remembered one has it read anew', async () => {
  const { prices, priceOf } = aReplica({ P: 5 });
  await priceOf('P', null);
  prices['P'] = 6;
  expect(await priceOf('P', 6)).toBe(6);
  expect(await priceOf('P', null)).toBe(6);
});

test('a price is good for a quarter of a second', async () => {
  const { prices, priceOf } = aReplica({ P: 5 });
  await priceOf('P', null);
  prices['P'] = 6;
  await passes(251);
  expect(await priceOf('P', null)).toBe(6);
});

test('an ageing price is read anew while orders go on with it', async () => {
  const { prices, asked, priceOf } = aReplica({ P: 5 });
  await priceOf('P', null);
  prices['P'] = 6;
  await passes(126);
  expect([await priceOf('P', null), await priceOf('P', null)]).toEqual([5, 5]);
  await passes(0);
  expect(await priceOf('P', null)).toBe(6);
  expect(asked).toEqual([['P'], ['P']]);
});

test('who reads a price reads those of other recent orders along with it, and not those of former ones', async () => {
  const { asked, priceOf } = aReplica({ P: 5, Q: 7, R: 9 });
  await priceOf('R', null);
  await passes(1_900);
  await priceOf('P', null);
  await passes(200);
  expect([await priceOf('Q', null), await priceOf('P', null)]).toEqual([7, 5]);
  expect(asked).toEqual([['R'], ['P', 'R'], ['P', 'Q']]);
});

test('a product that is gone is read along no more', async () => {
  const { prices, asked, priceOf } = aReplica({ P: 5, Q: 7 });
  await priceOf('P', null);
  delete prices['P'];
  await priceOf('Q', null);
  await passes(251);
  await priceOf('Q', null);
  expect(asked).toEqual([['P'], ['P', 'Q'], ['Q']]);
});

test('a replica that cannot be read while a price is renewed disturbs no order', async () => {
  const { replica, asked, priceOf } = aReplica({ P: 5 });
  await priceOf('P', null);
  replica.isAway = true;
  await passes(126);
  expect(await priceOf('P', null)).toBe(5);
  await passes(0);
  expect(asked).toHaveLength(2);
  expect(await priceOf('P', null)).toBe(5);
});
