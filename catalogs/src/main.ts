import { createAppender } from '@ordermesh/chassis/appender';
import { loadConfig } from '@ordermesh/chassis/config';
import { createConsumer } from '@ordermesh/chassis/consumer';
import { createDatabase } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createKafka } from '@ordermesh/chassis/kafka';
import { createLogger } from '@ordermesh/chassis/log';
import { runService } from '@ordermesh/chassis/service';
import { createSubgraph } from '@ordermesh/chassis/subgraph';
import { createTelemetry } from '@ordermesh/chassis/telemetry';
import { createTokenVerifier } from '@ordermesh/chassis/token-verifier';
import { environment } from './config.ts';
import { entities } from './entities.ts';
import { createLoaders } from './loaders.ts';
import { createReserveStock } from './reserve-stock.ts';
import { createResolvers, type Context } from './resolvers.ts';

const config = loadConfig(environment);
const identity = { service: 'catalogs', instance: config.SERVICE_INSTANCE };
const log = createLogger({ ...identity, level: config.LOG_LEVEL });
const health = createHealth(identity);
const telemetry = createTelemetry({ ...identity, log });

const database = createDatabase({ config, entities, health, telemetry, log });
const verifier = createTokenVerifier({ jwksUrl: config.JWKS_URL, log });
const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: config.SERVICE_INSTANCE, log });
const appender = createAppender({ kafka, health, telemetry, log });
const consumer = createConsumer({
  kafka,
  groupId: 'catalogs',
  handler: createReserveStock({ database }),
  appender,
  health,
  telemetry,
  log,
});
const subgraph = createSubgraph<Context>({
  schemaFile: new URL('../schema.graphql', import.meta.url),
  resolvers: createResolvers(database),
  context: (viewer) => ({ viewer, loaders: createLoaders(database) }),
  verifier,
  signingSecret: config.GATEWAY_SIGNING_SECRET,
  previousSigningSecrets: config.GATEWAY_PREVIOUS_SIGNING_SECRET,
  host: config.HOST,
  port: config.PORT,
  health,
  telemetry,
  log,
});

await runService({ log, parts: [telemetry, database, verifier, appender, consumer, subgraph] });
