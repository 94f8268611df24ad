import assert from 'node:assert/strict';
import { createPactFile } from '@ordermesh/chassis/testing/pact-file';
import { MatchersV3 } from '@pact-foundation/pact';
import { answerFrom, type Fetch } from './answer.ts';
import { createGateway, type Answer, type ClientRequest, type Subgraph } from './gateway.ts';
import { made, sent, world } from './world.ts';

const { fromProviderState, regex } = MatchersV3;

/** What must be so at the provider for it to answer like this. */
export type State = { name: string; parameters?: Record<string, string | number> };

/** One operation of a client, and what comes of it when this provider answers its fetch. */
export type Scenario = {
  /** What the fetch asks for, as reports name it. */
  description: string;
  request: ClientRequest;
  states?: State[];
  /** What this subgraph answers, if something else than what it knows in the world of the examples. */
  answer?: Answer;
  /** What subgraphs know that is otherwise than in the world of the examples. */
  knows?: Partial<Record<Subgraph, Record<string, unknown>>>;
};

/** Each value as what matches others like it; the type names are what the gateway goes by. */
function template(value: unknown, name?: string): unknown {
  if (Array.isArray(value)) return value.map((item) => template(item));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, template(item, key)]));
  if (name === '__typename') return value;
  return typeof value === 'string' || typeof value === 'number' || value === null ? sent(value) : value;
}

function bodyTemplate({ query, variables, operationName }: Fetch) {
  return { query, variables: template(variables), operationName };
}

const signature = regex('t=[0-9]{13},v1=[0-9a-f]{64}', `t=1767225600000,v1=${'0'.repeat(64)}`);
const authorization = fromProviderState('Bearer ${token}', `Bearer ${made.token}`);

/** What a subgraph goes by, besides the content type, which comes with the body. */
function headerTemplates(sentHeaders: Record<string, string>) {
  const signed = { 'x-gateway-signature': signature };
  return sentHeaders['authorization'] === undefined ? signed : { ...signed, authorization };
}

/** The pact of the gateway with one of its subgraphs; its file is written anew, if all of its tests pass. */
export function createProviderPact(provider: Subgraph) {
  const gateway = createGateway();
  const pact = createPactFile('gateway', provider);

  function interaction(description: string, states: State[] = []) {
    const unconfigured = pact.interaction(description);
    for (const { name, parameters } of states) unconfigured.given(name, parameters);
    return unconfigured;
  }

  return {
    start: gateway.start,
    stop: gateway.stop,
    test: pact.test,

    /** Something else than GraphQL that the gateway looks at, by `look`. */
    async holdsFor<T>(
      { path, description, body }: { path: string; description: string; body?: unknown },
      look: (url: string) => Promise<T>,
    ): Promise<T | undefined> {
      return interaction(description)
        .withRequest('GET', path)
        .willRespondWith(200, (response) => {
          if (body !== undefined) response.jsonBody(body);
        })
        .executeTest(({ url }) => look(url));
    },

    /**
     * Runs the client's operation twice: once to see which fetch the planner sends to this provider, then with that fetch
     * as the pact's interaction. Answers what the client gets.
     */
    async holds({ description, request, states, answer, knows }: Scenario): Promise<unknown> {
      const answers = (subgraph: Subgraph, fetch: Fetch): Answer =>
        subgraph === provider && answer
          ? answer
          : answerFrom({ ...world[subgraph], ...knows?.[subgraph] }, fetch);
      const rehearsal = await gateway.run(request, answers);
      const [first, ...more] = rehearsal.seen.filter(({ subgraph }) => subgraph === provider);
      if (!first || more.length > 0)
        throw new Error(`${request.operation} is ${more.length + (first ? 1 : 0)} fetches from ${provider}`);
      const { fetch, headers } = first;
      return interaction(description, states)
        .withRequest('POST', '/graphql', (builder) =>
          builder.headers(headerTemplates(headers)).jsonBody(bodyTemplate(fetch)),
        )
        .willRespondWith(200, (response) => response.jsonBody(answers(provider, fetch)))
        .executeTest(async ({ url }) => {
          const { client } = await gateway.run(request, answers, { subgraph: provider, url });
          // An operation is planned when it comes for the first time, and answered through its compiled plan from then on.
          assert.deepEqual(client, rehearsal.client);
          return client;
        });
    },
  };
}

/** A request that the subgraph turns down, with the code by which the client is to know why. */
export function refusal(code: string): Answer {
  return {
    data: null,
    errors: [{ message: MatchersV3.string('why'), extensions: { code: MatchersV3.equal(code) } }],
  };
}
