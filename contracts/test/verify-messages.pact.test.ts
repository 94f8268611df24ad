import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { verifyMessages } from '../src/verify-messages.ts';

const arrow = { consumer: 'users', provider: 'catalogs', kind: 'message' } as const;
const folder = mkdtempSync(join(tmpdir(), 'verify-messages-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pact = z
  .looseObject({ interactions: z.array(z.looseObject({ description: z.string() })) })
  .parse(
    JSON.parse(readFileSync(join(import.meta.dirname, '../pacts/users-catalogs.json'), 'utf8')) as unknown,
  );
const reserved = pact.interactions.find(({ description }) => description === 'StockReserved');

function pactFileOf(interactions: object[]): string {
  const file = join(folder, 'pact.json');
  writeFileSync(file, JSON.stringify({ ...pact, interactions }));
  return file;
}

test('what does not hold is told by interaction, with what was found and what was expected', async () => {
  const { failures, interactions } = await verifyMessages({
    arrow,
    pactFile: pactFileOf([{ ...reserved }]),
    alter: (description, build) => async (parameters) => {
      const record = await build(description)(parameters);
      return {
        ...record,
        topic: 'stock.events',
        value: String(record.value).replace('"qty":10', '"qty":"10"'),
      };
    },
  });
  expect(interactions).toBe(1);
  expect(failures).toEqual([{ interaction: 'StockReserved', reason: expect.any(String) }]);
  expect(failures[0]?.reason).toContain("$.qty: Expected '10' (String) to be equal to 10 (Integer)");
  expect(failures[0]?.reason).toContain("Expected 'stock.events' to be equal to 'catalogs.events'");
});

test('a message that the provider does not send, or cannot build, does not hold and says why', async () => {
  const pactFile = pactFileOf([
    { ...reserved, description: 'StockLost' },
    { ...reserved, description: 'StockReserved (of nothing)', providerStates: [] },
    { ...reserved },
  ]);
  const { failures, interactions } = await verifyMessages({ arrow, pactFile });
  expect(interactions).toBe(3);
  expect(failures.map(({ interaction }) => interaction)).toEqual(['StockLost', 'StockReserved (of nothing)']);
  expect(failures[0]?.reason).toMatch(/^catalogs sends no such message, only: StockReserved, /);
  expect(failures[1]?.reason).toMatch(/expected object/);
});

test('two interactions of one name are refused: one would hide the other', async () => {
  const pactFile = pactFileOf([{ ...reserved }, { ...reserved }]);
  await expect(verifyMessages({ arrow, pactFile })).rejects.toThrow('two interactions of one name');
});
