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
import type { GatewayContext } from './context.ts';
import { createGatewayErrorFormatter } from './error-formatter.ts';
import { limits, maxTokens } from './limits.ts';
import { createSubgraphDataSource } from './subgraph-data-source.ts';
import type { Upstream } from './upstream.ts';

/**
 * One GraphQL schema over all subgraphs: Apollo Gateway plans each operation on the static supergraph and fetches from
 * the upstreams. Nothing is asked of them at the start, so what is up is served while the rest is down.
 */
export function createFederation(options: {
  supergraphSdl: string;
  upstreams: Upstream[];
  signingSecret: string;
  development: boolean;
  log: Logger;
}): Part & { apollo: ApolloServer<GatewayContext> } {
  const { supergraphSdl, upstreams, signingSecret, development, log } = options;
  // Apollo Gateway reports its use to its makers unless told not to, and can be told only so.
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';

  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name }) => {
      const upstream = upstreams.find((candidate) => candidate.subgraph === name);
      if (!upstream)
        throw new Error(`the supergraph has a subgraph "${name}" whose address is not configured`);
      return createSubgraphDataSource({ upstream, signingSecret });
    },
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
