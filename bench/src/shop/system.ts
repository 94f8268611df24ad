import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startStack } from '@ordermesh/stack/testing';
import { createConnection, type Connection } from 'mariadb';
import { z } from 'zod';
import { measure } from '../process.ts';
import { openShop, type Shop } from './shop.ts';

const secretsFile = z.object({
  databases: z.record(z.string(), z.string()),
  jwtPrivateKey: z.string(),
  gatewaySigningSecret: z.string(),
});
export type Secrets = z.infer<typeof secretsFile>;
export type Stack = Awaited<ReturnType<typeof startStack>>;

/** A system under test: a whole stack of its own, with a shop in it. */
export type System = {
  name: string;
  gatewayPort: number;
  stack: Stack;
  shop: Shop;
  /** As the administrator. */
  sql: Connection;
  /** Ports of /metrics; none where there are no metrics. */
  metricsPorts: number[];
  /** CPU seconds that each process has used so far. */
  cpuSeconds: () => Record<string, number>;
  stop: () => Promise<void>;
};

export type Start = {
  signal: AbortSignal;
  say: (line: string) => void;
  /** How many instances of orders, one unless told. */
  orders?: number;
};

export const readSecrets = (stack: Stack): Secrets =>
  secretsFile.parse(JSON.parse(readFileSync(join(stack.dir, 'secrets.json'), 'utf8')));

/** To every database of the stack. */
export const connectAsAdministrator = (stack: Stack): Promise<Connection> =>
  createConnection({
    ...stack.addresses.mariadb,
    user: 'stack_admin',
    password: readSecrets(stack).databases['stack_admin'],
    timezone: 'Z',
    bigIntAsNumber: true,
    insertIdAsNumber: true,
  });

/** On a stack that runs: connects to its database, opens the shop. */
export async function createSystem(options: {
  name: string;
  stack: Stack;
  gatewayPort: number;
  metricsPorts: number[];
  /** Processes beside those of the stack. */
  processes?: () => { name: string; pid: number }[];
  stop: () => Promise<unknown>;
}): Promise<System> {
  const { name, stack, gatewayPort, metricsPorts, processes = () => [], stop } = options;
  const { jwtPrivateKey } = readSecrets(stack);
  const sql = await connectAsAdministrator(stack);
  return {
    name,
    gatewayPort,
    stack,
    metricsPorts,
    sql,
    shop: await openShop(sql, jwtPrivateKey),
    cpuSeconds() {
      const all = [...(stack.file()?.children ?? []), ...processes()];
      return Object.fromEntries(all.map((each) => [each.name, measure(each.pid).cpuMicroseconds / 1e6]));
    },
    async stop() {
      await sql.end().catch(() => undefined);
      await stop();
    },
  };
}

/** This repository's. */
export async function startOrdermesh({ signal, say, orders: instances = 1 }: Start): Promise<System> {
  const name = instances === 1 ? 'ordermesh' : `ordermesh with ${instances} instances of orders`;
  say(`starting ${name}`);
  const stack = await startStack({ signal, orders: instances });
  try {
    const { gateway, users, catalogs, orders, connectors } = stack.addresses.ports;
    const metricsPorts = [gateway, users, catalogs, ...orders, connectors];
    const stop = () => stack.stop();
    return await createSystem({ name, stack, gatewayPort: gateway, metricsPorts, stop });
  } catch (error) {
    await stack.stop();
    throw error;
  }
}
