import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { startStack, waitFor } from '@ordermesh/stack/testing';
import { startProcess, type Child } from '../process.ts';
import { createSigner } from './shop.ts';
import { createSystem, readSecrets, type Stack, type Start, type System } from './system.ts';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'bench/baseline');
/** Both replicate prices and sink rows by Kafka Connect; the outboxes' connectors are ordermesh's own. */
const connectors = ['catalogs-products-source', 'orders-products-sink', 'orders-sink'];

/** It has a lockfile of its own: nobody else has to install it. */
function install(say: Start['say']): void {
  if (existsSync(join(folder, 'node_modules/mysql2'))) return;
  say('installing the baseline (half a minute, once)');
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--workspaces=false'];
  const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error('the baseline could not be installed: see above');
}

/** Kafka Connect refuses while it is busy with another one: asked again until it has it. */
async function createConnectors({ addresses }: Stack, signal: AbortSignal): Promise<void> {
  for (const name of connectors) {
    const body = readFileSync(join(root, `connectors/definitions/${name}.json`), 'utf8');
    const headers = { 'content-type': 'application/json' };
    const create = async () => {
      const response = await fetch(`${addresses.connectUrl}/connectors`, { method: 'POST', headers, body });
      if (response.ok) return true;
      throw new Error(await response.text());
    };
    await waitFor(create, { what: `the connector ${name} to be created`, interval: 500, signal });
  }
}

/** Publishes the key that tokens are verified with, as a provider of identities does. */
async function serveKeys(jwtPrivateKey: string, port: number) {
  const keys = JSON.stringify((await createSigner(jwtPrivateKey)).keySet);
  const server = createServer((_, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(keys),
  );
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return server;
}

function writeSupergraph(stack: Stack, ports: Record<string, number>): string {
  const file = join(stack.dir, 'supergraph.graphql');
  const committed = readFileSync(join(root, 'contracts/supergraph.graphql'), 'utf8');
  const addressed = Object.entries(ports).reduce(
    (sdl, [name, port]) => sdl.replace(`http://${name}.invalid/graphql`, `http://127.0.0.1:${port}/`),
    committed,
  );
  writeFileSync(file, addressed);
  return file;
}

async function answers(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ __typename }"}',
  });
  return response.ok;
}

async function startServices(stack: Stack, children: Map<string, Child>): Promise<void> {
  const { addresses } = stack;
  const { databases } = readSecrets(stack);
  const { gateway, users, catalogs, orders, connectors: keysPort } = addresses.ports;
  const ports = { users, catalogs, orders: orders[0] ?? 0 };
  const start = async (name: string, port: number, env: NodeJS.ProcessEnv) => {
    const child = await startProcess(
      // kafkajs sets timers with a negative delay: Node's warning of each would cost time.
      [process.execPath, '--disable-warning=TimeoutNegativeWarning', `${name}.ts`],
      {
        cwd: folder,
        env: { NODE_ENV: 'production', SERVICE_INSTANCE: name, PORT: String(port), ...env },
        isReady: () => answers(port),
      },
    );
    children.set(name, child);
  };
  const services = Object.entries(ports).map(([name, port]) =>
    start(name, port, {
      KAFKA_BROKERS: addresses.kafkaBrokers,
      DATABASE_PORT: String(addresses.mariadb.port),
      DATABASE_NAME: name,
      DATABASE_USER: name,
      DATABASE_PASSWORD: databases[name],
      JWKS_URL: `http://127.0.0.1:${keysPort}/jwks.json`,
    }),
  );
  await Promise.all([...services, start('gateway', gateway, { SUPERGRAPH: writeSupergraph(stack, ports) })]);
}

/** The same system as tutorials build it, on the same broker, database, tables and connectors: see bench/baseline. */
export async function startBaseline({ signal, say }: Start): Promise<System> {
  install(say);
  say('starting the baseline');
  const stack = await startStack({ infra: true, signal });
  const children = new Map<string, Child>();
  const keys = await serveKeys(readSecrets(stack).jwtPrivateKey, stack.addresses.ports.connectors);
  const stop = async () => {
    await Promise.all([...children.values()].map((child) => child.stop()));
    keys.close();
    await stack.stop();
  };
  try {
    await createConnectors(stack, signal);
    await startServices(stack, children);
    return await createSystem({
      name: 'baseline',
      stack,
      gatewayPort: stack.addresses.ports.gateway,
      metricsPorts: [],
      processes: () => [...children].map(([name, { pid }]) => ({ name, pid })),
      stop,
    });
  } catch (error) {
    await stop();
    throw error;
  }
}
