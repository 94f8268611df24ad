import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer, HeaderMap } from '@apollo/server';
import { ApolloServerPluginUsageReportingDisabled } from '@apollo/server/plugin/disabled';
import pino from 'pino';
import type { GatewayContext } from '../../src/context.ts';
import { createGatewayErrorFormatter } from '../../src/error-formatter.ts';
import { createFederation } from '../../src/federation.ts';
import { limits } from '../../src/limits.ts';
import { requestErrors } from '../../src/request-errors.ts';
import { createSubgraphDataSource } from '../../src/subgraph-data-source.ts';
import { createSubgraphRequest } from '../../src/subgraph-request.ts';
import type { UpstreamAnswer, UpstreamRequest } from '../../src/upstream.ts';
import type { Operation } from './generate-operation.ts';

export type Outcome = { body: string; sent: string[] };
export type Way = 'compiled' | 'handed over' | 'left to Apollo';
export type Sight = Outcome & { way: Way; isCut: boolean };

const signingSecret = 'a secret of the gateway and its subgraphs';

/** What stands in for a subgraph; `begin` is told before each execution, `sent` gives what it was asked since. */
export type SubgraphStandIn<Scenario> = {
  subgraph: string;
  send(request: UpstreamRequest): Promise<UpstreamAnswer>;
  begin(scenario: Scenario): void;
  sent(): string[];
};

/**
 * The gateway without HTTP, and beside it Apollo's own as it comes, in front of the same stand-ins for the supergraph's
 * subgraphs.
 */
export async function createSights<Scenario>(
  supergraphSdl: string,
  standIns: readonly SubgraphStandIn<Scenario>[],
) {
  const unforeseen: string[] = [];
  const note = (line: string) => {
    if (/compiled/.test(JSON.parse(line).msg)) unforeseen.push(line);
  };
  const log = pino({ level: 'error', serializers: { error: pino.stdSerializers.err } }, { write: note });
  const upstreams = [...standIns];
  const { apollo, compiledPlans, start, stop } = createFederation({
    supergraphSdl,
    upstreams,
    signingSecret,
    development: false,
    log,
  });
  const stock = createStock();
  await start();
  await stock.start();

  /** Apollo Gateway and Apollo Server with the same limits and errors, and nothing else of ours. */
  function createStock(): ApolloServer<GatewayContext> {
    const gateway = new ApolloGateway({
      supergraphSdl,
      buildService: ({ name }) => {
        const upstream = standIns.find(({ subgraph }) => subgraph === name);
        if (!upstream) throw new Error(`no stand-in for ${name}`);
        const request = createSubgraphRequest({ upstream, signingSecret });
        return createSubgraphDataSource({ subgraph: name, request });
      },
      logger: log,
    });
    return new ApolloServer<GatewayContext>({
      gateway,
      introspection: false,
      hideSchemaDetailsFromClientErrors: true,
      includeStacktraceInErrorResponses: false,
      formatError: createGatewayErrorFormatter(log),
      validationRules: [limits],
      plugins: [requestErrors, ApolloServerPluginUsageReportingDisabled()],
      stopOnTerminationSignals: false,
      logger: log,
    });
  }

  async function through(
    server: ApolloServer<GatewayContext>,
    operation: Operation,
    context: GatewayContext,
  ): Promise<string> {
    const answer = await server.executeHTTPGraphQLRequest({
      httpGraphQLRequest: {
        method: 'POST',
        headers: new HeaderMap([['content-type', 'application/json']]),
        search: '',
        body: operation,
      },
      context: () => Promise.resolve(context),
    });
    if (answer.body.kind !== 'complete') throw new Error('an answer in parts');
    return answer.body.string;
  }

  const newContext = (): GatewayContext => ({
    viewer: null,
    authorization: undefined,
    outcome: { operation: null, fields: [], codes: [], hasData: false, status: 200 },
  });

  async function run(scenario: Scenario, execute: () => Promise<string>): Promise<Outcome> {
    for (const standIn of standIns) standIn.begin(scenario);
    const body = await execute();
    return { body, sent: standIns.flatMap((standIn) => standIn.sent()) };
  }

  return {
    stop: async () => {
      await stop();
      await stock.stop();
    },
    /** What the compiled path logged as its own failures. */
    unforeseen,
    /** As Apollo's own gateway answers. */
    stock: (operation: Operation, scenario: Scenario): Promise<Outcome> =>
      run(scenario, () => through(stock, operation, newContext())),
    /** As the gateway answers what it does not know yet; from then on the operation is known. */
    first: (operation: Operation, scenario: Scenario): Promise<Outcome> =>
      run(scenario, () => through(apollo, operation, newContext())),
    /** As the endpoint answers it; `way` is what became of it. */
    async later(operation: Operation, scenario: Scenario): Promise<Sight> {
      let way: Way = 'left to Apollo';
      let isCut = false;
      const outcome = await run(scenario, async () => {
        const answer = await compiledPlans.answer(JSON.parse(JSON.stringify(operation)), undefined);
        if (!answer) return through(apollo, operation, newContext());
        way = answer.earlier ? 'handed over' : 'compiled';
        if (!answer.earlier) {
          isCut = answer.isCut;
          return answer.body;
        }
        return through(apollo, operation, { ...newContext(), earlier: answer.earlier });
      });
      return { ...outcome, way, isCut };
    },
  };
}
export type Sights<Scenario> = Awaited<ReturnType<typeof createSights<Scenario>>>;
