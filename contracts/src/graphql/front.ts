import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { signatureHeader, signRequest } from '@ordermesh/chassis/gateway-signature';
import { sendJson } from '@ordermesh/chassis/http-server';
import { readBody } from '@ordermesh/chassis/request-body';
import type { StateValues } from '@ordermesh/chassis/provider-states';
import { z } from 'zod';

const stateChange = z.object({
  action: z.enum(['setup', 'teardown']),
  state: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])).default({}),
});

const graphqlErrors = z.object({ errors: z.array(z.object({ message: z.string() })) });

/** What a GraphQL answer says of its errors; empty for any other answer. */
function complaintsOf(body: string): string {
  try {
    return graphqlErrors
      .parse(JSON.parse(body))
      .errors.map(({ message }) => message)
      .join('\n');
  } catch {
    return '';
  }
}

/** Headers that belong to a connection, not to the request that goes on to the provider. */
const ofConnection = ['connection', 'content-length', 'host', 'transfer-encoding', 'accept-encoding'];

export const statePath = '/provider-states';

/**
 * Stands between Pact's verifier and a provider: makes its states so when asked, and passes requests on, signed as the
 * gateway signs them if there is a secret.
 */
export async function startFront(options: {
  url: string;
  signingSecret?: string;
  /** Makes a state so, knowing what earlier states of the same interaction made. */
  makeState: (name: string, parameters: StateValues, known: StateValues) => Promise<StateValues>;
}) {
  const { url, signingSecret, makeState } = options;
  let known: StateValues = {};
  let broken: Error | undefined;
  const brokenStates = new Map<string, string>();
  const complaints: string[] = [];

  /** Never answered with an error, which the verifier would take for a reason to ask again, and again. */
  async function changeState(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { action, state, params } = stateChange.parse(JSON.parse(await readBody(request)));
    if (action === 'teardown') {
      // The end of an interaction: the next one starts from nothing.
      known = {};
      broken = undefined;
      // An interaction without a state is announced with one that has no name.
    } else if (state !== '') {
      try {
        known = { ...known, ...(await makeState(state, params, known)) };
      } catch (error) {
        broken = error instanceof Error ? error : new Error(String(error));
        brokenStates.set(state, broken.message);
      }
    }
    sendJson(response, 200, known);
  }

  async function passOn(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (broken) {
      complaints.push(broken.message);
      throw broken;
    }
    const headers = new Headers();
    for (const [name, value] of Object.entries(request.headers)) {
      if (typeof value === 'string' && !ofConnection.includes(name)) headers.set(name, value);
    }
    const body = await readBody(request);
    if (signingSecret !== undefined) {
      headers.set(signatureHeader, signRequest(signingSecret, request.headers.authorization ?? '', body));
    }
    const { method = 'GET', url: path = '/' } = request;
    const answer = await fetch(new URL(path, url), { method, headers, ...(body !== '' && { body }) });
    const contentType = answer.headers.get('content-type');
    response.writeHead(answer.status, contentType === null ? {} : { 'content-type': contentType });
    const text = await answer.text();
    complaints.push(complaintsOf(text));
    response.end(text);
  }

  const server = createServer((request, response) => {
    const handle = request.url === statePath ? changeState : passOn;
    handle(request, response).catch((error: unknown) => {
      sendJson(response, 500, { error: error instanceof Error ? error.message : String(error) });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  return {
    url: `http://127.0.0.1:${address.port}`,
    /** The states that could not be made so, and why. */
    brokenStates: (): ReadonlyMap<string, string> => brokenStates,
    /** Which errors the provider answered with, a text for each request. */
    complaints: (): readonly string[] => complaints,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
