// The running subgraphs and the running gateway, held to what the gateway and a client of it need.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import { runningStack } from '@ordermesh/stack/testing';
import { z } from 'zod';
import { arrows } from '../src/arrows.ts';
import { verifyGraphql } from '../src/verify-graphql.ts';

const stack = runningStack();
const graphql = arrows.filter(({ kind }) => kind === 'graphql');
const folder = fileURLToPath(new URL('../pacts/', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'ordermesh-graphql-pacts-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const pactFile = ({ consumer, provider }: { consumer: string; provider: string }) =>
  join(folder, `${consumer}-${provider}.json`);
const withInteractions = z.looseObject({ interactions: z.array(z.looseObject({ description: z.string() })) });
const read = (file: string) => withInteractions.parse(JSON.parse(readFileSync(file, 'utf8')));

/** The same pact with something else in it. */
function altered(file: string, alter: (text: string) => string): string {
  const copy = join(work, 'altered.json');
  writeFileSync(copy, alter(readFileSync(file, 'utf8')));
  return copy;
}

test.each(graphql)('$provider keeps what $consumer relies on', async (arrow) => {
  const file = pactFile(arrow);
  const { interactions } = read(file);
  expect(interactions.length).toBeGreaterThan(5);
  const verification = await verifyGraphql({ arrow, pactFile: file, stack });
  expect(verification).toEqual({
    consumer: arrow.consumer,
    provider: arrow.provider,
    interactions: interactions.length,
    failures: [],
  });
});

describe('red', () => {
  const arrow = { consumer: 'gateway', provider: 'catalogs' };
  const file = pactFile(arrow);

  test('is a subgraph that does not know the signature, in every fetch', async () => {
    const secrets = { ...stack.secrets, gatewaySigningSecret: 'another secret than that of the gateway' };
    const { failures } = await verifyGraphql({ arrow, pactFile: file, stack: { ...stack, secrets } });
    const fetches = read(file).interactions.filter(
      ({ description }) => description !== 'whether it is ready',
    );
    expect(failures.map(({ interaction }) => interaction).toSorted()).toEqual(
      fetches.map(({ description }) => description).toSorted(),
    );
    expect(failures[0]?.reason).toContain('expected 200 but was 401');
  });

  test('is a field of another name, and it is named', async () => {
    const renamed = altered(file, (text) =>
      text.replaceAll('id name unitPrice stock', 'id name unitPrice inStock'),
    );
    const { failures } = await verifyGraphql({ arrow, pactFile: renamed, stack });
    expect(failures.map(({ interaction }) => interaction)).toEqual(['the products']);
    expect(failures[0]?.reason).toContain('Cannot query field "inStock" on type "Product".');
  });

  test('is a field of another type, and it is named', async () => {
    const retyped = altered(file, (text) => text.replace(/"match": "integer"/, '"match": "boolean"'));
    const { failures } = await verifyGraphql({ arrow, pactFile: retyped, stack });
    expect(failures).toHaveLength(1);
    expect(failures[0]?.reason).toMatch(/stock/);
  });

  test('is a state that the provider cannot make so, with the reason', async () => {
    const unknown = altered(file, (text) => text.replaceAll('"a product"', '"a product on the moon"'));
    const { failures } = await verifyGraphql({ arrow, pactFile: unknown, stack });
    expect(failures[0]).toEqual({
      interaction: 'the provider state "a product on the moon"',
      reason: 'catalogs has no provider state "a product on the moon"',
    });
  });
});
