import { readFileSync } from 'node:fs';
import { createHealth } from '@ordermesh/chassis/health';
import { createHttpServer } from '@ordermesh/chassis/http-server';
import type { Part } from '@ordermesh/chassis/service';
import { createTelemetry } from '@ordermesh/chassis/telemetry';
import pino from 'pino';
import { z } from 'zod';
import { environment } from '../src/config.ts';
import { createFederation } from '../src/federation.ts';
import { createGraphqlEndpoint } from '../src/graphql-endpoint.ts';
import { createUpstream } from '../src/upstream.ts';
import { freePort } from './servers.ts';
import { signingSecret, verifier } from './stand-ins/stand-ins.ts';

const supergraph = environment.shape.SUPERGRAPH.parse(undefined);
/** What a client may see: of an error, nothing but this. */
export const answerSchema = z.object({
  data: z.unknown().optional(),
  errors: z
    .array(
      z.strictObject({
        message: z.string(),
        locations: z.array(z.unknown()).optional(),
        path: z.array(z.union([z.string(), z.number()])).optional(),
        extensions: z.strictObject({ code: z.string(), traceId: z.string().optional() }),
      }),
    )
    .optional(),
});

/** The gateway on the real supergraph, in front of the subgraphs at these addresses. */
export async function createGateway(urls: Record<string, string[]>, development = false) {
  const lines: string[] = [];
  const errors: string[] = [];
  const write = (line: string): void => {
    lines.push(line);
    if (/"level":[56]0/.test(line)) errors.push(line);
  };
  const log = pino({ serializers: { error: pino.stdSerializers.err } }, { write });
  const health = createHealth({ service: 'gateway', instance: 'gateway-1' });
  const upstreams = Object.entries(urls).map(([name, addresses]) =>
    createUpstream({ name, urls: addresses, health, log }),
  );
  const supergraphSdl = readFileSync(supergraph, 'utf8');
  const telemetry = createTelemetry({ service: 'gateway', instance: 'gateway-1', log, environment: {} });
  const federation = createFederation({
    supergraphSdl,
    upstreams,
    signingSecret,
    development,
    telemetry,
    log,
  });
  const graphql = createGraphqlEndpoint({ ...federation, verifier, telemetry, log });
  const port = await freePort();
  const server = createHttpServer({
    host: '127.0.0.1',
    port,
    routes: { '/graphql': graphql },
    health,
    telemetry,
    log,
  });
  const parts: Part[] = [...upstreams, federation, server];
  for (const part of parts) await part.start();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    /** All that was ever logged as an error. */
    errors,
    /** What was logged since this was last asked. */
    logged: () => lines.splice(0).map((line): unknown => JSON.parse(line)),
    stop: async () => {
      for (const part of parts.toReversed()) await part.stop();
    },
    /** Sends an operation as Ada, or with other headers, and checks the shape of what comes back. */
    ask: async (
      query: string,
      variables?: object,
      headers: Record<string, string> = { authorization: 'Bearer ada' },
    ) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ query, variables }),
      });
      const answer = answerSchema.parse(await response.json());
      const codes = answer.errors?.map((error) => error.extensions.code);
      return { status: response.status, headers: response.headers, codes, ...answer };
    },
  };
}
