// Do the GraphQL pacts bite? Every provider is replaced by one that answers just what the pact shows, except for one thing.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, jest, test } from '@jest/globals';
import { z } from 'zod';
import { arrows, type Arrow } from '../src/arrows.ts';
import { runPactVerifier } from '../src/pact-verifier.ts';
import { client, createGatewayConsumer, pactRequest, type Consumer } from './support/graphql-consumers.ts';
import { mutantsOf, type Mutant } from './support/mutate-answer.ts';

// Hundreds of answers go through gateway and verifier; in milliseconds.
jest.setTimeout(240_000);

const graphql = arrows.filter(({ kind }) => kind === 'graphql');
const folder = fileURLToPath(new URL('../pacts/', import.meta.url));
const work = mkdtempSync(join(tmpdir(), 'ordermesh-mutants-'));
const total = { mutants: 0, right: 0 };
afterAll(() => {
  rmSync(work, { recursive: true, force: true });
  console.log(`GraphQL pacts: ${total.right} of ${total.mutants} mutations judged rightly`);
});

const interaction = z.looseObject({
  description: z.string(),
  request: pactRequest,
  response: z.looseObject({
    status: z.number(),
    body: z.looseObject({ content: z.unknown() }).optional(),
  }),
});
const pact = z.looseObject({ interactions: z.array(interaction) });
type Interaction = z.output<typeof interaction>;
/** A mutant of an interaction's answer, and whether the consumer does something else because of it. */
type Trial = Mutant & { name: string; original: Interaction; matters: boolean };

/** The consumer's own code. */
async function withConsumer<T>(arrow: Arrow, use: (consume: Consumer) => Promise<T>): Promise<T> {
  if (arrow.consumer === 'client') return use(client);
  const gateway = createGatewayConsumer(z.enum(['users', 'catalogs', 'orders']).parse(arrow.provider));
  await gateway.start();
  try {
    return await use(gateway.consume);
  } finally {
    await gateway.stop();
  }
}

async function trialsOf(interactions: Interaction[], consume: Consumer): Promise<Trial[]> {
  const trials: Trial[] = [];
  for (const original of interactions) {
    const { description, request, response } = original;
    const reply = { status: response.status, body: response.body?.content };
    const expected = await consume(request, reply);
    for (const mutant of mutantsOf(reply)) {
      const matters = !isDeepStrictEqual(await consume(request, mutant), expected);
      trials.push({ ...mutant, name: `${description}: ${mutant.what}`, original, matters });
    }
  }
  return trials;
}

/** The trials that do not satisfy the pact, by name: each interaction stands in it once for each mutant, asked for by number. */
async function verify(arrow: Arrow, trials: Trial[], content: z.output<typeof pact>): Promise<Set<string>> {
  const interactions = trials.map(({ name, original: { request, response } }, number) => ({
    type: 'Synchronous/HTTP',
    description: name,
    request: { ...request, generators: {}, headers: { ...request.headers, 'x-mutant': [String(number)] } },
    response,
  }));
  const file = join(work, 'mutants.json');
  writeFileSync(file, JSON.stringify({ ...content, interactions }));
  const provider = createServer((request, response) => {
    const { status, body } = trials[Number(request.headers['x-mutant'])] ?? { status: 404, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  try {
    const { port } = z.object({ port: z.number() }).parse(provider.address());
    const verified = await runPactVerifier({
      provider: arrow.provider,
      pactUrls: [file],
      providerBaseUrl: `http://127.0.0.1:${port}`,
    });
    expect(verified).toHaveLength(trials.length);
    return new Set(
      verified.flatMap(({ interaction, reason }) => (reason === undefined ? [] : [interaction])),
    );
  } finally {
    provider.closeAllConnections();
    provider.close();
  }
}

test.each(graphql)(
  '$consumer notices whatever it relies on of $provider, and nothing else',
  async (arrow) => {
    const file = join(folder, `${arrow.consumer}-${arrow.provider}.json`);
    const content = pact.parse(JSON.parse(readFileSync(file, 'utf8')));
    const trials = await withConsumer(arrow, (consume) => trialsOf(content.interactions, consume));
    const red = await verify(arrow, trials, content);
    const wrong = trials.filter(({ name, matters }) => red.has(name) !== matters);
    total.mutants += trials.length;
    total.right += trials.length - wrong.length;
    expect(
      wrong.map(
        ({ name, matters }) => `${name} (${matters ? 'matters' : 'does not matter'} to ${arrow.consumer})`,
      ),
    ).toEqual([]);
    expect(trials.length).toBeGreaterThan(50);
  },
);
