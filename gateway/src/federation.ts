import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { Logger } from '@ordermesh/chassis/log';
import type { Part } from '@ordermesh/chassis/service';
import { createCompiledPlans, type CompiledPlans } from './compiled-plan/compiled-plans.ts';
import type { GatewayContext } from './context.ts';
import { createGatewayErrorFormatter } from './error-formatter.ts';
import { limits, maxTokens } from './limits.ts';
import { createSubgraphDataSource } from './subgraph-data-source.ts';
import { createSubgraphRequest } from './subgraph-request.ts';
import type { Upstream } from './upstream.ts';

/**
 * One GraphQL schema over all subgraphs: Apollo Gateway plans each operation on the static supergraph and fetches from
 * the upstreams; what it has planned once is answered through compiled plans. Nothing is asked of them at the start, so what is up is served while the rest is down.
 */
export function createFederation(options: {
  supergraphSdl: string;
  upstreams: Pick<Upstream, 'subgraph' | 'send'>[];
  signingSecret: string;
  development: boolean;
  log: Logger;
}): Part & { apollo: ApolloServer<GatewayContext>; compiledPlans: CompiledPlans } {
  const { supergraphSdl, upstreams, signingSecret, development, log } = options;
  const requests = new Map(
    upstreams.map((upstream) => [upstream.subgraph, createSubgraphRequest({ upstream, signingSecret })]),
  );
  const compiledPlans = createCompiledPlans({ requests, log });
  // Apollo Gateway reports its use to its makers unless told not to, and can be told only so.
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';

  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => {
      const request = requests.get(name);
      if (!request)
        throw new Error(`the supergraph has a subgraph "${name}" whose address is not configured`);
      return createSubgraphDataSource({ subgraph: name, request });
    },
    experimental_didResolveQueryPlan: compiledPlans.learn,
    logger: log,
    __exposeQueryPlanExperimental: false,
  });

  const apollo = new ApolloServer<GatewayContext>({
    gateway,
    introspection: development,
    hideSchemaDetailsFromClientErrors: !development,
    includeStacktraceInErrorResponses: false,
    formatError: createGatewayErrorFormatter(log),
    validationRules: [limits],
    parseOptions: { maxTokens },
    persistedQueries: false,
    stopOnTerminationSignals: false,
    plugins: [
      noteOutcome,
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      development
        ? ApolloServerPluginLandingPageLocalDefault({ footer: false, embed: { runTelemetry: false } })
        : ApolloServerPluginLandingPageDisabled(),
    ],
    logger: log,
  });

  return {
    apollo,
    compiledPlans,
    name: 'federation',
    start: () => apollo.start(),
    stop: () => apollo.stop(),
  };
}

/** Tells the access log which operation it was and which errors it answers with. */
const noteOutcome: ApolloServerPlugin<GatewayContext> = {
  requestDidStart: () =>
    Promise.resolve({
      willSendResponse: ({ operationName, response, contextValue: { outcome } }) => {
        outcome.operation = operationName ?? null;
        if (response.body.kind === 'single') {
          outcome.codes = (response.body.singleResult.errors ?? []).map((error) =>
            String(error.extensions?.['code']),
          );
        }
        return Promise.resolve();
      },
    }),
};
