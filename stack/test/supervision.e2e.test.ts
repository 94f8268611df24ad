import { mkdtempSync, rmSync } from 'node:fs';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { layout } from '../src/paths.ts';
import { readSecrets } from '../src/secrets.ts';
import { connectAs } from '../src/databases.ts';
import { launchStack, runningStack, startStack, waitFor } from '../src/testing.ts';
import type { RunningStack, StackProcess } from '../src/testing.ts';
import { createKafkaClient } from '@ordermesh/connectors/kafka-client';

// One stack of its own for everything here, because the tests kill it piece by piece.
const minutes = 60_000;
let dir: string;
let stack: StackProcess;
let addresses: RunningStack;

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ordermesh-supervision-'));
  stack = await startStack({ data: dir });
  addresses = runningStack(dir);
}, 5 * minutes);

afterAll(async () => {
  await stack.stop();
  rmSync(dir, { recursive: true });
}, minutes);

const queryProducts = async (): Promise<boolean> => {
  const response = await fetch(addresses.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ products { nodes { id } } }' }),
  });
  return (await response.text()).includes('CATALOG-001');
};

const works: Record<string, () => Promise<boolean>> = {
  mariadb: async () => {
    const server = { port: addresses.mariadb.port, secrets: readSecrets(layout(dir).secrets) };
    const connection = await connectAs(server, 'orders', 'orders');
    await connection.query('SELECT 1 FROM products');
    await connection.end();
    return true;
  },
  kafka: async () => {
    const admin = createKafkaClient(addresses.kafkaBrokers).admin({ retry: { retries: 0 } });
    await admin.connect();
    const topics = await admin.listTopics();
    await admin.disconnect();
    return topics.includes('orders.events');
  },
  connect: async () => (await fetch(`${addresses.connectUrl}/connectors`)).ok,
  users: async () => (await fetch(`http://127.0.0.1:${addresses.ports.users}/health`)).ok,
  catalogs: queryProducts,
};

test('of all children those yield that no client waits for who places an order', () => {
  const yielding = addresses.children.filter(({ pid }) => getPriority(pid) > getPriority());
  expect(yielding.map(({ name }) => name)).toEqual(['mariadb', 'connect']);
});

describe('a child that dies', () => {
  test(
    'is said in one line and started again, whatever it is, also when all die at once',
    async () => {
      const names = Object.keys(works);
      const before = names.map((name) => stack.pidOf(name));
      await Promise.all(names.map((name) => stack.kill(name)));
      for (const name of names) {
        expect(stack.output()).toMatch(
          new RegExp(`^${name} ended \\(SIGKILL\\).*; starting it again in 1 s$`, 'm'),
        );
        await waitFor(works[name] ?? (() => false), {
          what: `${name} to work again`,
          deadline: 2 * minutes,
          interval: 500,
        });
      }
      expect(
        names
          .map((name) => stack.pidOf(name))
          .filter((pid, index) => pid === undefined || pid === before[index]),
      ).toEqual([]);
      expect(stack.exitCode()).toBeUndefined();
    },
    4 * minutes,
  );
});

describe('a supervisor that was killed with -9', () => {
  test(
    'leaves children that the next start ends before it goes on with the data',
    async () => {
      const { ports } = addresses;
      await stack.killSupervisor();
      const left = stack.processes();
      expect(left.length).toBeGreaterThanOrEqual(7);
      stack = launchStack(dir, ['--infra', '--offset', String(ports.gateway - 4000)]);
      await stack.ready();
      expect(stack.output()).toContain(`✓ ending ${left.length} processes that an earlier run left behind`);
      const now = stack.processes().map(({ pid }) => pid);
      expect(left.filter(({ pid }) => now.includes(pid))).toEqual([]);
      await works['mariadb']?.();
    },
    3 * minutes,
  );
});

describe('Ctrl-C', () => {
  test(
    'passed on by npm and the terminal alike, stops everything in order with exit code 0 and keeps the data',
    async () => {
      process.kill(stack.pid, 'SIGINT');
      process.kill(stack.pid, 'SIGINT');
      expect(await stack.exited).toBe(0);
      expect(stack.output()).toContain('✓ stopped everything; the data stays');
      expect(stack.processes()).toEqual([]);
      expect(stack.file()).toBeUndefined();
      expect(readSecrets(layout(dir).secrets).gatewaySigningSecret).toHaveLength(43);
    },
    2 * minutes,
  );
});
