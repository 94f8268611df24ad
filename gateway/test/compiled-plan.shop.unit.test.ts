// The real supergraph: what clients send every day.
import { expect, test } from '@jest/globals';
import { fuzz } from './compiled-plan/fuzz.ts';

test('1 000 generated operations on the shop are answered right at every sight', async () => {
  const operations = 1_000;
  const { failure, sound, faulty, cut, wrongInStock } = await fuzz({ seed: 2, operations, only: 'shop' });
  expect(failure).toBeUndefined();
  // Else it would be Apollo that is compared with itself.
  expect(sound.compiled).toBeGreaterThanOrEqual(operations * 0.28);
  expect(sound['handed over']).toBe(0);
  expect(faulty['handed over']).toBeGreaterThanOrEqual(operations * 0.1);
  expect(cut).toBeGreaterThanOrEqual(operations * 0.1);
  expect(wrongInStock).toBeGreaterThan(0);
}, 240_000);
