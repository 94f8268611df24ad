import { expect, test } from '@jest/globals';
import type { Database, Sql } from '@ordermesh/chassis/database';
import { createPrices } from '../src/prices.ts';

/** A replica that holds one price, and counts how often it was asked. */
function aReplica(unitPrice: number) {
  const replica = { unitPrice, asked: 0 };
  const query = (() => {
    replica.asked++;
    return Promise.resolve([{ id: 'P', unit_price: replica.unitPrice }]);
  }) as Sql['query'];
  const database: Pick<Database, 'sql'> = {
    sql: { query, batch: () => Promise.reject(new Error('reads only')) },
  };
  return { replica, priceOf: createPrices({ database }) };
}

test('orders that follow one another share a reading of the price', async () => {
  const { replica, priceOf } = aReplica(5);
  expect([await priceOf('P', null), await priceOf('P', 5), await priceOf('P', null)]).toEqual([5, 5, 5]);
  expect(replica.asked).toBe(1);
});

test('who expects another price than the remembered one has it read anew', async () => {
  const { replica, priceOf } = aReplica(5);
  await priceOf('P', null);
  replica.unitPrice = 6;
  expect(await priceOf('P', 6)).toBe(6);
  expect(await priceOf('P', null)).toBe(6);
});
