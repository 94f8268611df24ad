import { readFileSync } from 'node:fs';
import { MatchersV3 } from '@pact-foundation/pact';
import { createHealth } from '@ordermesh/chassis/health';
import pino from 'pino';
import { environment } from '../../src/config.ts';
import { createFederation } from '../../src/federation.ts';
import { createGraphqlEndpoint } from '../../src/graphql-endpoint.ts';
import { createUpstream, type Upstream, type UpstreamRequest } from '../../src/upstream.ts';
import { serve } from '../servers.ts';
import { fetchSchema, type Fetch } from './answer.ts';
import { made } from './world.ts';

export type Subgraph = 'users' | 'catalogs' | 'orders';
const subgraphs: Subgraph[] = ['users', 'catalogs', 'orders'];

/** What a subgraph answers, with matchers in the place of values. */
export type Answer = { data: unknown; errors?: unknown[] };
export type Answers = (subgraph: Subgraph, fetch: Fetch) => Answer;
/** An answer as it is sent, whatever it looks like. */
export type Reply = { status: number; body: unknown };

/** An operation as a client sends it: the text of a file in contracts/operations. */
export type ClientRequest = {
  operation: string;
  variables?: Record<string, unknown>;
  /** Sends no token. */
  anonymous?: boolean;
};

const log = pino({ level: 'silent' });
const operations = new URL('../../../contracts/operations/', import.meta.url);

function upstreamAt(url: string, name: Subgraph): Upstream {
  const health = createHealth({ service: 'gateway', instance: 'gateway-pact' });
  return createUpstream({ name, urls: [url], health, log });
}

/** A fetch that was sent to a subgraph which does not listen. */
export type Seen = { subgraph: Subgraph; fetch: Fetch; headers: Record<string, string> };

/** The real gateway, whose subgraphs are `answers`, except for one that listens somewhere. */
export function createGateway() {
  let send: (subgraph: Subgraph, request: UpstreamRequest) => ReturnType<Upstream['send']>;
  const upstreams = subgraphs.map((name) => ({
    ...upstreamAt('http://127.0.0.1:1', name),
    send: (request: UpstreamRequest) => send(name, request),
  }));
  const federation = createFederation({
    supergraphSdl: readFileSync(environment.shape.SUPERGRAPH.parse(undefined), 'utf8'),
    upstreams,
    signingSecret: 'a secret of the gateway and its subgraphs',
    development: false,
    log,
  });

  const verifier = {
    viewerOf: (authorization: string | undefined) =>
      Promise.resolve(authorization ? ({ userId: made.userId, role: 'customer' } as const) : null),
  };
  const endpoint = createGraphqlEndpoint({ ...federation, verifier, log });
  let server: Awaited<ReturnType<typeof serve>>;

  /** As a client does it: over HTTP. */
  async function execute({ operation, variables, anonymous = false }: ClientRequest): Promise<unknown> {
    const query = readFileSync(new URL(`${operation}.graphql`, operations), 'utf8');
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(!anonymous && { authorization: `Bearer ${made.token}` }),
      },
      body: JSON.stringify({ query, variables }),
    });
    return response.json();
  }

  return {
    async start() {
      await federation.start();
      server = await serve((request, response) => void endpoint(request, response));
    },
    async stop() {
      await server.stop();
      await federation.stop();
      for (const upstream of upstreams) await upstream.stop();
    },

    /** Answers what the client gets when these are the subgraphs' replies. */
    async exchange(
      request: ClientRequest,
      reply: (subgraph: Subgraph, fetch: Fetch) => Reply,
    ): Promise<unknown> {
      send = async (subgraph, { body }) => {
        const replied = reply(subgraph, fetchSchema.parse(JSON.parse(body)));
        return { status: replied.status, body: JSON.stringify(replied.body) };
      };
      return execute(request);
    },

    /** Answers what the client gets, and what was sent to the subgraphs that do not listen. */
    async run(request: ClientRequest, answers: Answers, listening?: { subgraph: Subgraph; url: string }) {
      const seen: Seen[] = [];
      const real = listening && upstreamAt(listening.url, listening.subgraph);
      send = (subgraph, request) => {
        if (subgraph === real?.subgraph) return real.send(request);
        const fetch = fetchSchema.parse(JSON.parse(request.body));
        seen.push({ subgraph, fetch, headers: request.headers });
        const answer = MatchersV3.reify({ ...answers(subgraph, fetch) });
        return Promise.resolve({ status: 200, body: JSON.stringify(answer) });
      };
      try {
        return { client: await execute(request), seen };
      } finally {
        await real?.stop();
      }
    },
  };
}
