import { readFileSync } from 'node:fs';
import { MatchersV3 } from '@pact-foundation/pact';
import { createHealth } from '@ordermesh/chassis/health';
import pino from 'pino';
import { environment } from '../../src/config.ts';
import { createFederation } from '../../src/federation.ts';
import { createUpstream, type Upstream, type UpstreamRequest } from '../../src/upstream.ts';
import { fetchSchema, type Fetch } from './answer.ts';
import { made } from './world.ts';

export type Subgraph = 'users' | 'catalogs' | 'orders';
const subgraphs: Subgraph[] = ['users', 'catalogs', 'orders'];

/** What a subgraph answers, with matchers in the place of values. */
export type Answer = { data: unknown; errors?: unknown[] };
export type Answers = (subgraph: Subgraph, fetch: Fetch) => Answer;

/** An operation as a client sends it: the text of a file in contracts/operations. */
export type ClientRequest = {
  operation: string;
  variables?: Record<string, unknown>;
  /** Sends no token. */
  anonymous?: boolean;
};

const log = pino({ level: 'silent' });
const supergraphSdl = readFileSync(environment.shape.SUPERGRAPH.parse(undefined), 'utf8');
const operations = new URL('../../../contracts/operations/', import.meta.url);

function inMemory(subgraph: Subgraph, send: (request: UpstreamRequest) => Answer): Upstream {
  const health = createHealth({ service: 'gateway', instance: 'gateway-pact' });
  return {
    ...createUpstream({ name: subgraph, urls: ['http://127.0.0.1:1'], health, log }),
    send: (request) =>
      Promise.resolve({ status: 200, body: JSON.stringify(MatchersV3.reify({ ...send(request) })) }),
  };
}

/**
 * Runs an operation through the real gateway. The subgraphs are `answers`, except one that listens at `real`, if given.
 * Answers what the client gets, and all that was sent to the subgraphs that do not listen.
 */
export async function runGateway(
  { operation, variables, anonymous = false }: ClientRequest,
  answers: Answers,
  real?: { subgraph: Subgraph; url: string },
) {
  const seen: { subgraph: Subgraph; fetch: Fetch; headers: Record<string, string> }[] = [];
  const health = createHealth({ service: 'gateway', instance: 'gateway-pact' });
  const upstreams = subgraphs.map((subgraph) => {
    if (subgraph === real?.subgraph) return createUpstream({ name: subgraph, urls: [real.url], health, log });
    return inMemory(subgraph, ({ body, headers }) => {
      const fetch = fetchSchema.parse(JSON.parse(body));
      seen.push({ subgraph, fetch, headers });
      return answers(subgraph, fetch);
    });
  });
  const federation = createFederation({
    supergraphSdl,
    upstreams,
    signingSecret: 'a secret of the gateway and its subgraphs',
    development: false,
    log,
  });
  await federation.start();
  try {
    const authorization = anonymous ? undefined : `Bearer ${made.token}`;
    const answer = await federation.apollo.executeOperation(
      { query: readFileSync(new URL(`${operation}.graphql`, operations), 'utf8'), variables },
      {
        contextValue: {
          viewer: anonymous ? null : { userId: made.userId, role: 'customer' },
          authorization,
          outcome: { operation: null, codes: [] },
        },
      },
    );
    if (answer.body.kind !== 'single') throw new Error('the gateway answers in one piece');
    // As a client reads it: without what only a program in the same process sees of it.
    const client: unknown = JSON.parse(JSON.stringify(answer.body.singleResult));
    return { client, seen };
  } finally {
    await federation.stop();
    for (const upstream of upstreams) await upstream.stop();
  }
}
