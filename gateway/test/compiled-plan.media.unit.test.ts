// What the real supergraph does not have: interfaces, unions, several keys, @requires, shared fields.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { operationsToRun, runDifferential } from './compiled-plan/differential.ts';

test('2 000 generated operations on interfaces and unions are answered as Apollo answers them', async () => {
  const fixture = new URL('compiled-plan/fixture/supergraph.graphql', import.meta.url);
  const { seed, operations } = operationsToRun(2_000);
  const supergraphSdl = readFileSync(fixture, 'utf8');
  const { sound, faulty, cut, lostByApollo } = await runDifferential({ supergraphSdl, seed, operations });
  expect(sound.compiled).toBeGreaterThanOrEqual((operations / 5) * 0.75);
  expect(faulty['handed over']).toBeGreaterThanOrEqual((operations / 5) * 0.4);
  expect(cut).toBeGreaterThanOrEqual(operations * 0.04);
  expect(lostByApollo).toBeLessThanOrEqual(operations * 0.02);
}, 240_000);
