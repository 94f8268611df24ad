import { createDatabases, grantOnTables } from './databases.ts';
import { connectChild } from './components/connect.ts';
import { connectorsArgs, connectorsWatchChild } from './components/connectors.ts';
import { formatKafka, kafkaChild } from './components/kafka.ts';
import { initializeMariadb, mariadbChild, needsBundledServer } from './components/mariadb.ts';
import { runErrand } from './components/node.ts';
import {
  gatewayChild,
  serviceChildren,
  serviceEnvironment,
  servicesWithDatabase,
} from './components/service.ts';
import { createDemoAccounts, firstQuery, seedDemo, writeDemoFile } from './demo.ts';
import { install } from './installer/install.ts';
import type { Installation } from './installer/install.ts';
import { findTools } from './installer/tools.ts';
import { probePipes } from './probes.ts';
import type { Session } from './session.ts';
import { createMissingTopics } from './topics.ts';

/** Stages of the supervisor: the highest is stopped first. */
const stage = { database: 0, broker: 1, connect: 2, services: 3, gateway: 4 } as const;

/** Everything that `npm start` does until the stack is ready; what does not wait for each other runs side by side. */
export async function bringUp(session: Session, signal: AbortSignal): Promise<void> {
  const { progress, options, addresses } = session;
  const begun = Date.now();
  const tools = await progress.step('Java and Maven', () => findTools());
  const installation = await install(tools, progress, {
    signal,
    bundledServer: needsBundledServer(session.layout),
  });
  session.publishTools({ java: tools.java, kafkaJars: installation.kafkaJars });

  const database = startDatabase(session, installation).then(() => migrate(session, signal));
  const broker = startKafka(session, installation);
  // It waits for the broker by itself: the two JVMs start side by side.
  const connect = startConnect(session, installation);
  if (options.infra) {
    await Promise.all([database, broker, connect]);
    session.markReady();
    const mariadb = `127.0.0.1:${session.ports.mariadb}`;
    return progress.say(
      `ready: Kafka ${addresses.kafkaBrokers} · Connect ${addresses.connectUrl} · MariaDB ${mariadb}`,
    );
  }
  const pipes = Promise.all([database, connect]).then(() => applyConnectors(session, signal));
  const services = Promise.all([database, broker]).then(() => startServices(session));
  const accounts = database.then(() => demoAccounts(session, signal));
  const seeded = Promise.all([accounts, services]).then(([demo]) =>
    progress.step('demo catalogue', () => seedDemo(addresses.graphql, demo)),
  );
  const [demo] = await Promise.all([accounts, seeded, pipes]);
  await progress.step('probes of outboxes, sink and price replica', () => probePipes(session, signal));

  writeDemoFile(session, demo);
  session.markReady();
  progress.say(
    `ready after ${((Date.now() - begun) / 1000).toFixed(1)} s; Ctrl-C stops everything, the data stays\n`,
  );
  progress.say(firstQuery(addresses.graphql, `${options.data}/demo.json`));
}

async function startDatabase(session: Session, { mariadb: server }: Installation): Promise<void> {
  const { progress, supervisor, layout, ports, secrets, database } = session;
  const config = { server, layout, port: ports.mariadb, secrets };
  await progress.step('MariaDB', async () => {
    await initializeMariadb(config);
    await supervisor.start(stage.database, mariadbChild(config));
  });
  await progress.step('databases and accounts', () => createDatabases(database));
}

/** With the owners' accounts: the services' own cannot change a table. */
async function migrate(session: Session, signal: AbortSignal): Promise<void> {
  const { progress, layout, ports, secrets, addresses, database } = session;
  await progress.step('migrations', async () => {
    const errands = servicesWithDatabase.map((service) =>
      runErrand({
        name: `migrating the database ${service}`,
        args: [`${service}/src/migrate.ts`],
        env: serviceEnvironment(
          service,
          { ports, secrets, brokers: addresses.kafkaBrokers },
          { account: `${service}_owner` },
        ),
        dataDir: layout.dir,
        logFile: layout.log(`migrate-${service}`),
        signal,
      }),
    );
    await Promise.all(errands);
    await grantOnTables(database);
  });
}

async function startKafka(session: Session, installation: Installation): Promise<void> {
  const { progress, supervisor, layout, ports, addresses } = session;
  const config = { installation, layout, port: ports.kafka, controllerPort: ports.kafkaController };
  await progress.step('Kafka', async () => {
    await formatKafka(config);
    await supervisor.start(stage.broker, kafkaChild(config));
  });
  await progress.step('topics', () => createMissingTopics(addresses.kafkaBrokers));
}

async function startConnect(session: Session, installation: Installation): Promise<void> {
  const { progress, supervisor, layout, ports, secrets, addresses } = session;
  const config = {
    installation,
    layout,
    port: ports.connect,
    brokers: addresses.kafkaBrokers,
    mariadbPort: ports.mariadb,
    secrets,
  };
  await progress.step('Connect', () => supervisor.start(stage.connect, connectChild(config)));
}

async function applyConnectors(session: Session, signal: AbortSignal): Promise<void> {
  const { progress, supervisor, layout, ports } = session;
  const { dir: dataDir, log } = layout;
  await progress.step('connectors', () =>
    runErrand({
      name: 'registering the connectors',
      args: connectorsArgs(dataDir, 'apply'),
      env: {},
      dataDir,
      logFile: log('connectors-apply'),
      signal,
    }),
  );
  await supervisor.start(stage.services, connectorsWatchChild(dataDir, ports.connectors));
}

async function startServices({ progress, supervisor, ports, secrets, addresses }: Session): Promise<void> {
  const config = { ports, secrets, brokers: addresses.kafkaBrokers };
  const children = servicesWithDatabase.flatMap((service) => serviceChildren(service, config));
  await Promise.all([
    ...children.map((child) => progress.step(child.name, () => supervisor.start(stage.services, child))),
    progress.step('gateway', () => supervisor.start(stage.gateway, gatewayChild(config))),
  ]);
}

const demoAccounts = (session: Session, signal: AbortSignal) =>
  session.progress.step('demo accounts', () => createDemoAccounts(session, signal));
