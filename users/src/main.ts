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
import { createAccountOpener } from './create-account.ts';
import { createDeposit } from './deposit.ts';
import { entities } from './entities.ts';
import { createFindAccount } from './find-account.ts';
import { createLoaders } from './loaders.ts';
import { createLogIn } from './log-in.ts';
import { createMoneyTotals } from './money-totals.ts';
import { createPasswords } from './passwords.ts';
import { createResolvers } from './resolvers.ts';
import { createSignUp } from './sign-up.ts';
import { createTakePayment } from './take-payment.ts';
import { createTokens, serveKeySet } from './tokens.ts';

const config = loadConfig(environment);
const identity = { service: 'users', instance: config.SERVICE_INSTANCE };
const log = createLogger({ ...identity, level: config.LOG_LEVEL });
const health = createHealth(identity);
const telemetry = createTelemetry({ ...identity, log });
const database = createDatabase({ config, entities, health, telemetry, log });
const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: config.SERVICE_INSTANCE, log });
const appender = createAppender({ kafka, health, telemetry, log });
const consumer = createConsumer({
  kafka,
  groupId: 'users',
  handler: createTakePayment({ database }),
  appender,
  health,
  telemetry,
  log,
});

const passwords = createPasswords();
const tokens = await createTokens(config.JWT_PRIVATE_KEY, config.JWT_ACCEPTED_PUBLIC_KEYS);
const openAccount = createAccountOpener({ database, passwords });
const verifier = createTokenVerifier({
  jwksUrl: config.JWKS_URL,
  log,
  // The keys are this service's own: it need not ask itself for them.
  fetch: () => Promise.resolve(Response.json(tokens.keySet())),
});
const subgraph = createSubgraph({
  schemaFile: new URL('../schema.graphql', import.meta.url),
  resolvers: createResolvers({
    signUp: createSignUp({ openAccount, tokens }),
    logIn: createLogIn({ findAccount: createFindAccount({ database }), passwords, tokens }),
    deposit: createDeposit({ database }),
    moneyTotals: createMoneyTotals({ database }),
  }),
  context: (viewer) => ({ viewer, loaders: createLoaders({ database }) }),
  routes: { '/.well-known/jwks.json': serveKeySet(tokens.keySet) },
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
