import { createServer } from 'node:net';
import { expect, test } from '@jest/globals';
import { answersReady } from '../src/components/answers-ready.ts';
import { messageOf } from '../src/failure.ts';
import {
  accepts,
  blockedPorts,
  findBlockedPort,
  findFreeOffset,
  isFree,
  maxOffset,
  namedPorts,
  portsFor,
} from '../src/ports.ts';

test('the ports of a stack are the documented ones', () => {
  expect(Object.fromEntries(namedPorts(portsFor(0, 3)))).toEqual({
    gateway: 4000,
    users: 4001,
    catalogs: 4002,
    'orders-1': 4003,
    'orders-2': 4013,
    'orders-3': 4023,
    kafka: 9092,
    kafkaController: 9093,
    connect: 8083,
    connectors: 8084,
    mariadb: 3307,
  });
});

test('no two things of a stack ever share a port, and none is an ephemeral one', () => {
  const ports = namedPorts(portsFor(maxOffset, 100)).map(([, port]) => port);
  expect(new Set(ports).size).toBe(ports.length);
  expect(Math.max(...ports)).toBeLessThan(32_768);
});

test('a port that something listens on is not free, and accepts connections', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  expect([await isFree(port), await accepts(port)]).toEqual([false, true]);
  await new Promise((resolve) => server.close(resolve));
  expect([await isFree(port), await accepts(port)]).toEqual([true, false]);
});

test('an offset found for a test stack has all its ports free', async () => {
  const ports = namedPorts(portsFor(await findFreeOffset(2), 2));
  expect(await Promise.all(ports.map(([, port]) => isFree(port)))).not.toContain(false);
});

test('ports that fetch refuses are known: a stack never asks for one of them by HTTP', async () => {
  const refusal = (port: number) =>
    answersReady(`http://127.0.0.1:${port}/`).catch((error: unknown) => messageOf(error));
  expect(await Promise.all(blockedPorts.map(refusal))).toEqual(
    blockedPorts.map((port) => `http://127.0.0.1:${port}/: bad port`),
  );
  expect(findBlockedPort(portsFor(0, 100))).toBeUndefined();
  expect(findBlockedPort(portsFor(2000, 1))).toEqual(['gateway', 6000]);
  // Kafka at 10080: it does not speak HTTP.
  expect(findBlockedPort(portsFor(10_080 - 9092, 1))).toBeUndefined();
});
