import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { signatureHeader, signRequest } from '@ordermesh/chassis/gateway-signature';
import { createHealth } from '@ordermesh/chassis/health';
import { requestIdHeader } from '@ordermesh/chassis/request-id';
import { createSubgraph } from '@ordermesh/chassis/subgraph';
import { createTokenVerifier } from '@ordermesh/chassis/token-verifier';
import pino from 'pino';
import { freePort } from './support/free-port.ts';

const log = pino({ level: 'silent' });
const folder = mkdtempSync(join(tmpdir(), 'ordermesh-subgraph-'));
let url: string;
let part: ReturnType<typeof createSubgraph>;

beforeAll(async () => {
  const schemaFile = join(folder, 'schema.graphql');
  writeFileSync(schemaFile, 'type Query { answer: Int! }');
  const port = await freePort();
  url = `http://127.0.0.1:${port}/graphql`;
  part = createSubgraph({
    schemaFile: pathToFileURL(schemaFile),
    resolvers: { Query: { answer: () => 42 } },
    context: (viewer) => ({ viewer }),
    verifier: createTokenVerifier({ jwksUrl: 'http://127.0.0.1/keys', log }),
    signingSecret: 'the new secret',
    previousSigningSecrets: ['the old secret', 'one even older'],
    ...{ host: '127.0.0.1', port, health: createHealth({ service: 'test', instance: 'test-1' }), log },
  });
  await part.start?.();
});
afterAll(async () => {
  await part.stop?.();
  rmSync(folder, { recursive: true });
});

test.each([
  ['the new secret', 200],
  ['the old secret', 200],
  ['one even older', 200],
  ['a secret of somebody else', 401],
])('while the secret changes, a request signed with %s is answered %i', async (secret, status) => {
  const body = JSON.stringify({ query: '{ answer }' });
  const headers = { 'content-type': 'application/json', [signatureHeader]: signRequest(secret, '', body) };
  expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(status);
});

test('an answer says which request it answers, refused or not', async () => {
  const body = JSON.stringify({ query: '{ answer }' });
  for (const secret of ['the new secret', 'a secret of somebody else']) {
    const headers = { [signatureHeader]: signRequest(secret, '', body), [requestIdHeader]: '42' };
    const answer = await fetch(url, { method: 'POST', headers, body });
    expect(answer.headers.get(requestIdHeader)).toBe('42');
  }
});

test.each([
  ['a query alone', '{ "query": "{ answer }" }', 200],
  ['nulls for what is left out', '{ "query": "{ answer }", "operationName": null, "variables": null }', 200],
  ['a field that there is not', '{ "query": "{ question }" }', 400],
  ['no query', '{ "variables": {} }', 400],
  ['variables that are no object', '{ "query": "{ answer }", "variables": "{}" }', 400],
  ['what is not JSON', '{ answer }', 400],
])('%s is answered as GraphQL over HTTP wants it', async (_name, body, status) => {
  const headers = { [signatureHeader]: signRequest('the new secret', '', body) };
  const answer = await fetch(url, { method: 'POST', headers, body });
  expect(answer.status).toBe(status);
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(await answer.json()).toMatchObject(status === 200 ? { data: { answer: 42 } } : { errors: [{}] });
});
