// What the real supergraph does not have: interfaces, unions, several keys, @requires, shared fields.
import { expect, test } from '@jest/globals';
import { fuzz } from './compiled-plan/fuzz.ts';

test('1 000 generated operations on interfaces and unions are answered right at every sight', async () => {
  const operations = 1_000;
  const { failure, sound, faulty, cut, wrongInStock } = await fuzz({ seed: 1, operations, only: 'media' });
  expect(failure).toBeUndefined();
  // Else it would be Apollo that is compared with itself.
  expect(sound.compiled).toBeGreaterThanOrEqual(operations * 0.28);
  expect(sound['handed over']).toBeLessThanOrEqual(operations * 0.002);
  expect(faulty['handed over']).toBeGreaterThanOrEqual(operations * 0.1);
  expect(cut).toBeGreaterThanOrEqual(operations * 0.03);
  expect(wrongInStock).toBeGreaterThan(0);
}, 240_000);
