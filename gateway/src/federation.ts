import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import type { Logger } from '@ordermesh/chassis/log';
import { noteOperation } from '@ordermesh/chassis/operation-telemetry';
import type { Part } from '@ordermesh/chassis/service';
import { noTelemetry, type Telemetry } from '@ordermesh/chassis/telemetry';
import { parse } from 'graphql';
import { createCompiledPlans, type CompiledPlans } from './compiled-plan/compiled-plans.ts';
import type { GatewayContext } from './context.ts';
import { createGatewayErrorFormatter } from './error-formatter.ts';
import { limits, maxTokens } from './limits.ts';
import { observeRequests } from './observed-request.ts';
import { createPlanSpans } from './plan-spans.ts';
import { createPlanChecks } from './planning/plan-checks.ts';
import { createDocumentPlanning } from './planning/planned-document.ts';
import { withPlannedDocuments } from './planning/planning-gateway.ts';
import { readSupergraph, withResolvableKeysFirst } from './planning/supergraph.ts';
import { requestErrors, rootTypeExists, variableNames } from './request-errors.ts';
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
  telemetry?: Telemetry;
  log: Logger;
}): Part & { apollo: ApolloServer<GatewayContext>; compiledPlans: CompiledPlans } {
  const { supergraphSdl, upstreams, signingSecret, development, telemetry = noTelemetry(), log } = options;
  const observed = observeRequests(telemetry);
  const planSpans = createPlanSpans(telemetry.tracer);
  const requests = new Map(
    upstreams.map((upstream) => {
      const { subgraph } = upstream;
      return [subgraph, observed(subgraph, createSubgraphRequest({ upstream, signingSecret }))];
    }),
  );
  const compiledPlans = createCompiledPlans({ requests, log });
  // Apollo Gateway reports its use to its makers unless told not to, and can be told only so.
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';

  const supergraph = parse(supergraphSdl, { noLocation: true });
  const facts = readSupergraph(supergraph);
  const checkPlan = createPlanChecks(facts);
  const apolloGateway = new ApolloGateway({
    supergraphSdl: withResolvableKeysFirst(supergraph),
    buildService: ({ name }) => {
      const request = requests.get(name);
      if (!request)
        throw new Error(`the supergraph has a subgraph "${name}" whose address is not configured`);
      return createSubgraphDataSource({ subgraph: name, request });
    },
    experimental_didResolveQueryPlan: (planned) => {
      checkPlan(planned);
      planSpans.planned(planned.requestContext.context);
      if (!isDecided(planned.requestContext.document)) compiledPlans.learn(planned);
    },
    logger: log,
    __exposeQueryPlanExperimental: false,
  });

  const { gateway, isDecided } = withPlannedDocuments(apolloGateway, createDocumentPlanning(facts));

  const apollo = new ApolloServer<GatewayContext>({
    gateway,
    introspection: development,
    hideSchemaDetailsFromClientErrors: !development,
    includeStacktraceInErrorResponses: false,
    formatError: createGatewayErrorFormatter(log),
    validationRules: [limits, rootTypeExists, variableNames],
    parseOptions: { maxTokens },
    persistedQueries: false,
    stopOnTerminationSignals: false,
    plugins: [
      noteOperation<GatewayContext>(({ outcome }) => outcome),
      requestErrors,
      planSpans.plugin,
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
