import { describe, expect, test } from '@jest/globals';
import { applySplitting } from '@ordermesh/chassis/apply-batch';
import { InvalidRecordError } from '@ordermesh/chassis/errors';

/** Applies to `applied` all or nothing, like a transaction; an event in `bad` makes the whole batch fail. */
function transactionOver(applied: number[], bad: number[]) {
  return (events: number[]) => {
    const culprit = events.find((event) => bad.includes(event));
    if (culprit !== undefined) return Promise.reject(new InvalidRecordError(`${culprit} is bad`));
    applied.push(...events);
    return Promise.resolve([]);
  };
}
const ten = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

describe('a batch', () => {
  test('is applied whole when nothing is wrong with it', async () => {
    const applied: number[] = [];
    expect(await applySplitting(ten, transactionOver(applied, []))).toEqual([]);
    expect(applied).toEqual(ten);
  });

  test.each([[[0]], [[9]], [[4, 5]], [[0, 3, 9]], [ten]])(
    'with the culprits %j is applied without them, in order',
    async (bad) => {
      const applied: number[] = [];
      const rejected = await applySplitting(ten, transactionOver(applied, bad));
      expect(applied).toEqual(ten.filter((event) => !bad.includes(event)));
      expect(rejected).toEqual(bad.map((event) => ({ event, reason: `${event} is bad` })));
    },
  );

  test('is not split for an error that is not of the data: nothing is skipped', async () => {
    const down = new Error('connection refused');
    await expect(applySplitting(ten, () => Promise.reject(down))).rejects.toBe(down);
  });

  test('without events needs no transaction', async () => {
    await expect(applySplitting([], () => Promise.reject(new Error('called')))).resolves.toEqual([]);
  });
});
