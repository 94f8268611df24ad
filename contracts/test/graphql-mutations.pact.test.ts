// Do the GraphQL pacts bite? Every provider is replaced by one that answers just what the pact shows, except for one thing.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { arrows } from '../src/arrows.ts';
import { runPactVerifier } from '../src/pact-verifier.ts';
import { mutantsOf, type Mutant } from './support/mutate-answer.ts';

const graphql = arrows.filter(({ kind }) => kind === 'graphql');
const folder = fileURLToPath(new URL('../pacts/', import.meta.url));

const interaction = z.looseObject({
  description: z.string(),
  request: z.looseObject({ headers: z.record(z.string(), z.array(z.string())).default({}) }),
  response: z.looseObject({ status: z.number(), body: z.looseObject({ content: z.unknown() }) }),
});
const pact = z.looseObject({ interactions: z.array(interaction) });

let answers: Mutant[] = [];
const work = mkdtempSync(join(tmpdir(), 'ordermesh-mutants-'));
const provider = createServer((request, response) => {
  const { status, body } = answers[Number(request.headers['x-mutant'])] ?? { status: 404, body: {} };
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
});
beforeAll(async () => {
  provider.listen(0, '127.0.0.1');
  await once(provider, 'listening');
});
afterAll(() => {
  provider.closeAllConnections();
  provider.close();
  rmSync(work, { recursive: true, force: true });
});

/** The pact with each interaction once for each mutant of its answer, asked for by number. */
function withMutants(file: string) {
  const original = pact.parse(JSON.parse(readFileSync(file, 'utf8')));
  const mutants = original.interactions.flatMap((each) => {
    const { description, request, response } = each;
    return mutantsOf({ status: response.status, body: response.body.content }).map((mutant) => ({
      ...mutant,
      request,
      response,
      name: `${description}: ${mutant.what}`,
    }));
  });
  const interactions = mutants.map(({ name, request, response }, number) => ({
    type: 'Synchronous/HTTP',
    description: name,
    request: { ...request, generators: {}, headers: { ...request.headers, 'x-mutant': [String(number)] } },
    response,
  }));
  return { mutants, pact: { ...original, interactions } };
}

test.each(graphql)(
  '$consumer notices whatever it relies on of $provider, and nothing else',
  async (arrow) => {
    const { mutants, pact: content } = withMutants(join(folder, `${arrow.consumer}-${arrow.provider}.json`));
    answers = mutants;
    const file = join(work, 'mutants.json');
    writeFileSync(file, JSON.stringify(content));
    const { port } = z.object({ port: z.number() }).parse(provider.address());
    const verified = await runPactVerifier({
      provider: arrow.provider,
      pactUrls: [file],
      providerBaseUrl: `http://127.0.0.1:${port}`,
    });
    expect(verified).toHaveLength(mutants.length);
    const red = new Set(
      verified.filter(({ reason }) => reason !== undefined).map(({ interaction }) => interaction),
    );
    const wrong = mutants.filter(({ name, harmless }) => red.has(name) === harmless).map(({ name }) => name);
    console.log(
      `${arrow.consumer} ← ${arrow.provider}: ${mutants.length - wrong.length} of ${mutants.length} mutations judged rightly`,
    );
    expect(wrong).toEqual([]);
    expect(mutants.length).toBeGreaterThan(50);
  },
);
