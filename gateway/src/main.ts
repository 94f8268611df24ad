import { readFileSync } from 'node:fs';
import { loadConfig } from '@ordermesh/chassis/config';
import { createHealth } from '@ordermesh/chassis/health';
import { createHttpServer } from '@ordermesh/chassis/http-server';
import { createLogger } from '@ordermesh/chassis/log';
import { runService } from '@ordermesh/chassis/service';
import { createTelemetry } from '@ordermesh/chassis/telemetry';
import { createTokenVerifier } from '@ordermesh/chassis/token-verifier';
import { environment } from './config.ts';
import { createFederation } from './federation.ts';
import { createGraphqlEndpoint } from './graphql-endpoint.ts';
import { createUpstream } from './upstream.ts';

const config = loadConfig(environment);
const identity = { service: 'gateway', instance: config.SERVICE_INSTANCE };
const log = createLogger({ ...identity, level: config.LOG_LEVEL });
const health = createHealth(identity);
const telemetry = createTelemetry({ ...identity, log });
const verifier = createTokenVerifier({ jwksUrl: config.JWKS_URL, log });
health.add('keys', verifier.isReady);

const upstreams = [
  createUpstream({ name: 'users', urls: [config.USERS_URL], health, log }),
  createUpstream({ name: 'catalogs', urls: [config.CATALOGS_URL], health, log }),
  createUpstream({ name: 'orders', urls: config.ORDERS_URLS, health, log }),
];
const federation = createFederation({
  supergraphSdl: readFileSync(config.SUPERGRAPH, 'utf8'),
  upstreams,
  signingSecret: config.GATEWAY_SIGNING_SECRET,
  development: config.NODE_ENV === 'development',
  telemetry,
  log,
});
const graphql = createGraphqlEndpoint({ ...federation, verifier, telemetry, log });
const server = createHttpServer({
  host: config.HOST,
  port: config.PORT,
  routes: { '/graphql': graphql },
  health,
  telemetry,
  log,
});

await runService({ log, parts: [telemetry, verifier, ...upstreams, federation, server] });
