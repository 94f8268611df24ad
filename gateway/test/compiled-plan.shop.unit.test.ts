// The real supergraph: what clients send every day.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { environment } from '../src/config.ts';
import { operationsToRun, runDifferential } from './compiled-plan/differential.ts';

test('3 000 generated operations on the shop are answered as Apollo answers them', async () => {
  const supergraphSdl = readFileSync(environment.shape.SUPERGRAPH.parse(undefined), 'utf8');
  const { seed, operations } = operationsToRun(3_000);
  const { sound, faulty, cut, lostByApollo } = await runDifferential({ supergraphSdl, seed, operations });
  // Else it would be Apollo that is compared with itself.
  expect(sound.compiled).toBeGreaterThanOrEqual((operations / 5) * 0.95);
  // Apollo plans nothing for a field all of whose fields are skipped, and then misses it.
  expect(sound['handed over']).toBeLessThanOrEqual(operations * 0.002);
  expect(faulty['handed over']).toBeGreaterThanOrEqual((operations / 5) * 0.6);
  expect(cut).toBeGreaterThanOrEqual(operations * 0.12);
  expect(lostByApollo).toBe(0);
}, 240_000);
