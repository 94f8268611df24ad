import { initializeMariadb, mariadbChild } from './components/mariadb.ts';
import { connectChild } from './components/connect.ts';
import { formatKafka, kafkaChild } from './components/kafka.ts';
import { createDatabases, grantOnTables } from './databases.ts';
import { install } from './installer/install.ts';
import type { Installation } from './installer/install.ts';
import { findTools } from './installer/tools.ts';
import type { Session } from './session.ts';
import { createTopics } from './topics.ts';

/** Stages of the supervisor: the highest is stopped first. */
const stage = { database: 0, broker: 1, connect: 2, services: 3, gateway: 4 } as const;

/** Everything that `npm start` does until the stack is ready. */
export async function bringUp(session: Session, signal: AbortSignal): Promise<void> {
  const { progress, options } = session;
  const tools = await progress.step('Java and Maven', () => findTools());
  const installation = await install(tools, progress, { signal });
  signal.throwIfAborted();
  await Promise.all([startDatabase(session, installation), startKafka(session, installation)]);
  if (options.infra) {
    session.markReady();
    progress.say(`ready: Kafka ${session.addresses.kafkaBrokers} · Connect ${session.addresses.connectUrl} · MariaDB 127.0.0.1:${session.ports.mariadb}`);
    return;
  }
}

async function startDatabase(session: Session, { mariadb: server }: Installation): Promise<void> {
  const { progress, supervisor, layout, ports, secrets, database } = session;
  const config = { server, layout, port: ports.mariadb, secrets };
  await progress.step('MariaDB', async () => {
    await initializeMariadb(config);
    await supervisor.start(stage.database, mariadbChild(config));
  });
  await progress.step('databases and accounts', () => createDatabases(database));
  await grantOnTables(database);
}

async function startKafka(session: Session, installation: Installation): Promise<void> {
  const { progress, supervisor, layout, ports, secrets, addresses } = session;
  const kafka = { installation, layout, port: ports.kafka, controllerPort: ports.kafkaController };
  await progress.step('Kafka', async () => {
    await formatKafka(kafka);
    await supervisor.start(stage.broker, kafkaChild(kafka));
  });
  await progress.step('topics', () => createTopics(addresses.kafkaBrokers));
  const connect = {
    installation,
    layout,
    port: ports.connect,
    brokers: addresses.kafkaBrokers,
    mariadbPort: ports.mariadb,
    secrets,
  };
  await progress.step('Connect', () => supervisor.start(stage.connect, connectChild(connect)));
}
