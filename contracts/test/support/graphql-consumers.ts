// What the consumers of GraphQL make of an answer: it says whether a change in the answer matters, whatever the pact says.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { createTokenVerifier } from '@ordermesh/chassis/token-verifier';
import { answerFrom } from '@ordermesh/gateway/testing/answer';
import { createGateway, type Reply, type Subgraph } from '@ordermesh/gateway/testing/gateway';
import { tokenSignedWithKey } from '@ordermesh/gateway/testing/keys';
import { readinessWith } from '@ordermesh/gateway/testing/readiness';
import { made, world } from '@ordermesh/gateway/testing/world';
import { MatchersV3 } from '@pact-foundation/pact';
import { buildASTSchema, execute, Kind, parse } from 'graphql';
import pino from 'pino';
import { z } from 'zod';
import { readOperations } from '../../src/operations.ts';

/** The request of an interaction, as the pact has it. */
export const pactRequest = z.looseObject({
  path: z.string(),
  headers: z.record(z.string(), z.array(z.string())).default({}),
  body: z
    .object({ content: z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()) }) })
    .optional(),
});
type PactRequest = z.output<typeof pactRequest>;

/** What comes of it for the consumer when this is the reply. */
export type Consumer = (request: PactRequest, reply: Reply) => Promise<unknown>;

function operationNameOf(query: string): string {
  const [definition] = parse(query).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no operation: ${query}`);
  return definition.name?.value ?? '';
}

/** The operation of a client that a fetch of the planner belongs to: `Order__users__1` to `Order`. */
function operationOf(query: string): string {
  const [name] = operationNameOf(query).split('__');
  const found = readOperations().find(({ text }) => operationNameOf(text) === name);
  if (!found) throw new Error(`no client sends an operation ${name}`);
  return found.name;
}

async function readiness(subgraph: Subgraph, reply: Reply): Promise<unknown> {
  const server = createServer((_request, response) => {
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(reply.body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const { status, missing } = await readinessWith(subgraph, `http://127.0.0.1:${port}`);
    return { status, missing };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Who the caller is, by a token that is signed with the key of the pact. */
async function viewer({ status, body }: Reply): Promise<unknown> {
  const { viewerOf } = createTokenVerifier({
    jwksUrl: 'http://users/.well-known/jwks.json',
    log: pino({ level: 'silent' }),
    fetch: () => Promise.resolve(Response.json(body, { status })),
  });
  return viewerOf(`Bearer ${tokenSignedWithKey()}`).catch(() => 'nobody can be identified');
}

/** The real gateway between the provider and a client; the other subgraphs know the world of the examples. */
export function createGatewayConsumer(provider: Subgraph) {
  const gateway = createGateway();
  const consume: Consumer = async ({ path, headers, body }, reply) => {
    if (path === '/health') return readiness(provider, reply);
    if (!body) return viewer(reply);
    const { query, variables } = body.content;
    const request = {
      operation: operationOf(query),
      variables: { id: made.orderId, ...variables },
      anonymous: headers['authorization'] === undefined,
    };
    return gateway.exchange(request, (subgraph, fetch) =>
      fetch.query === query
        ? reply
        : { status: 200, body: MatchersV3.reify(answerFrom(world[subgraph], fetch)) },
    );
  };
  return { start: gateway.start, stop: gateway.stop, consume };
}

const supergraph = new URL('../../supergraph.graphql', import.meta.url);
const schema = buildASTSchema(parse(readFileSync(supergraph, 'utf8')), {
  assumeValid: true,
  assumeValidSDL: true,
});
const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }) }))
    .min(1)
    .optional(),
});

/** A client of the gateway: what its operation selects, as the types of the schema, or the codes of the errors. */
export const client: Consumer = async ({ body: sent }, { status, body }) => {
  const read = answer.safeParse(body);
  if (!read.success || !sent) return 'not an answer';
  const { data, errors } = read.data;
  if (errors) return { status, data: data ?? null, codes: errors.map(({ extensions }) => extensions.code) };
  const selected = await execute({
    schema,
    document: parse(sent.content.query),
    rootValue: data,
    variableValues: sent.content.variables,
  });
  return { status, ...(selected.errors ? { unreadable: true } : { data: selected.data }) };
};
