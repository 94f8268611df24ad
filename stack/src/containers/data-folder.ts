import { chmodSync, writeFileSync } from 'node:fs';
import { Failure } from '../failure.ts';
import { layout } from '../paths.ts';
import { portsFor } from '../ports.ts';
import { writeStackFile } from '../stack-file.ts';
import { identify } from '../supervisor/process-group.ts';
import type { Compose } from './compose.ts';

/**
 * Makes a folder say of the containers what a local stack's says of itself, with the published ports, so that tests and
 * the operator's commands find them. It holds for as long as this process lives.
 */
export async function writeDataFolder(dir: string, compose: Compose): Promise<void> {
  const files = layout(dir);
  const { GATEWAY_PORT, KAFKA_PORT, CONNECT_PORT, MARIADB_PORT } = compose.environment;
  const [kafka] = await compose.containers('kafka');
  if (!kafka) throw new Failure('there is no container of kafka');
  const contents = { secrets: await compose.readSecrets(), demo: await compose.readData('demo.json') };
  for (const name of ['secrets', 'demo'] as const) {
    writeFileSync(files[name], contents[name]);
    chmodSync(files[name], 0o600);
  }
  writeStackFile(dir, {
    supervisor: identify(process.pid),
    ready: true,
    stopping: false,
    graphql: `http://127.0.0.1:${GATEWAY_PORT}/graphql`,
    kafkaBrokers: `127.0.0.1:${KAFKA_PORT}`,
    connectUrl: `http://127.0.0.1:${CONNECT_PORT}`,
    mariadb: { host: '127.0.0.1', port: Number(MARIADB_PORT) },
    ports: {
      ...portsFor(0, 1),
      gateway: Number(GATEWAY_PORT),
      kafka: Number(KAFKA_PORT),
      connect: Number(CONNECT_PORT),
      mariadb: Number(MARIADB_PORT),
    },
    tools: { container: kafka.Name, bootstrapServer: 'kafka:9092' },
    children: [],
  });
}
