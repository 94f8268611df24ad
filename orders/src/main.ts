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
import { createCancelOrder } from './cancel-order.ts';
import { createClaims } from './claim.ts';
import { environment } from './config.ts';
import { entities } from './entities.ts';
import { createFindOrder, createFindOrders } from './find-orders.ts';
import { createListOrders } from './list-orders.ts';
import { createLoaders } from './loaders.ts';
import { createOrderMetrics } from './order-metrics.ts';
import { createPlaceOrder } from './place-order.ts';
import { createPrices } from './prices.ts';
import { createProjectOrders } from './project-orders.ts';
import { createResolvers } from './resolvers.ts';
import { createSettleOrders } from './settle-orders.ts';

const config = loadConfig(environment);
const identity = { service: 'orders', instance: config.SERVICE_INSTANCE };
const log = createLogger({ ...identity, level: config.LOG_LEVEL });
const health = createHealth(identity);
const telemetry = createTelemetry({ ...identity, log });
const database = createDatabase({ config, entities, health, telemetry, log });
const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: config.SERVICE_INSTANCE, log });
const verifier = createTokenVerifier({ jwksUrl: config.JWKS_URL, log });

// What clients wait for: placing and cancelling.
const commands = createAppender({ name: 'commands', kafka, health, telemetry, log });
const findOrders = createFindOrders({ database });
const findOrder = createFindOrder({ findOrders });
const listOrders = createListOrders({ database });
const metrics = createOrderMetrics(telemetry);
const placeOrder = createPlaceOrder({
  priceOf: createPrices({ database }),
  claims: createClaims({ database }),
  findOrders,
  appender: commands,
  placed: metrics.placed,
  log,
});
const cancelOrder = createCancelOrder({ findOrder, appender: commands, log });

// Appenders of their own: whatever their topics have to bear, no client stands in line with it.
const rows = createAppender({ name: 'rows', kafka, health, telemetry, log });
const projector = createConsumer({
  kafka,
  groupId: 'orders-projector',
  handler: createProjectOrders({ appender: rows, changed: metrics.changed }),
  appender: rows,
  health,
  telemetry,
  log,
});

const outcomes = createAppender({ name: 'outcomes', kafka, health, telemetry, log });
const settling = createConsumer({
  kafka,
  groupId: 'orders-process',
  handler: createSettleOrders({ appender: outcomes, settled: metrics.settled }),
  appender: outcomes,
  health,
  telemetry,
  log,
});

const subgraph = createSubgraph({
  schemaFile: new URL('../schema.graphql', import.meta.url),
  resolvers: createResolvers({ placeOrder, cancelOrder, findOrder, listOrders }),
  context: (viewer) => ({ viewer, loaders: createLoaders({ findOrders, listOrders }) }),
  verifier,
  signingSecret: config.GATEWAY_SIGNING_SECRET,
  previousSigningSecrets: config.GATEWAY_PREVIOUS_SIGNING_SECRET,
  host: config.HOST,
  port: config.PORT,
  health,
  telemetry,
  log,
});
await runService({
  log,
  parts: [telemetry, database, verifier, commands, rows, projector, outcomes, settling, subgraph],
});
