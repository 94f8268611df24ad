import { expect, test } from '@jest/globals';
import { createLimiter } from '../src/limiter.ts';

test('so many pieces of work run at once, the others in the order of their coming', async () => {
  const limited = createLimiter({ running: 2, waiting: 10 });
  const began: number[] = [];
  let running = 0;
  let most = 0;
  await Promise.all(
    [0, 1, 2, 3, 4, 5].map((number) =>
      limited(async () => {
        began.push(number);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(began).toEqual([0, 1, 2, 3, 4, 5]);
});

test('work that fails gives its place free', async () => {
  const limited = createLimiter({ running: 1, waiting: 0 });
  await expect(limited(() => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
  await expect(limited(() => Promise.resolve('done'))).resolves.toBe('done');
});
