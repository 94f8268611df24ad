import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { Kafka, logLevel, Partitioners } from 'kafkajs';
import type { IHeaders, Message } from 'kafkajs';
import { createConnection } from 'mariadb';
import type { Connection } from 'mariadb';
import { z } from 'zod';
import { createTopics } from '../src/create-topics.ts';
import { createConnect } from '../src/index.ts';

const data = process.env['ORDERMESH_DATA'];
if (!data) throw new Error('ORDERMESH_DATA has to name the folder of a running stack');
const file = (name: string): unknown => JSON.parse(readFileSync(join(data, name), 'utf8'));

export const stack = z
  .looseObject({
    connectUrl: z.string(),
    kafkaBrokers: z.string(),
    mariadb: z.object({ host: z.string(), port: z.number() }),
    ports: z.looseObject({ connectors: z.number() }),
  })
  .parse(file('stack.json'));
const secrets = z.looseObject({ databases: z.record(z.string(), z.string()) }).parse(file('secrets.json'));

const dataFolder = data;
export const connect = createConnect({ url: stack.connectUrl });
/** Sets apart the records and rows of this run. */
export const run = `t${Date.now().toString(36)}`;

const kafka = new Kafka({
  brokers: stack.kafkaBrokers.split(','),
  clientId: run,
  logLevel: logLevel.NOTHING,
});
const closing: (() => Promise<void>)[] = [];

export async function closeAll(): Promise<void> {
  for (const close of closing.splice(0).reverse()) await close();
}

async function produce(topic: string, requests: Message[][]): Promise<void> {
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  for (const messages of requests) await producer.send({ topic, acks: -1, messages });
  await producer.disconnect();
}

/** One by one: together, they may make one request that is larger than the broker takes. */
export const send = (topic: string, messages: Message[]): Promise<void> =>
  produce(
    topic,
    messages.map((message) => [message]),
  );

export const sendTogether = (topic: string, messages: Message[]): Promise<void> => produce(topic, [messages]);

export type Letter = { key: string | undefined; value: Buffer | null; headers: Record<string, string> };

/** Reads a topic from its beginning, forever, into the array that it returns. */
export async function readTopic(topic: string): Promise<Letter[]> {
  const read: Letter[] = [];
  const consumer = kafka.consumer({ groupId: `${run}-${topic}`, allowAutoTopicCreation: false });
  closing.push(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      read.push({ key: message.key?.toString(), value: message.value, headers: textOf(message.headers) });
      return Promise.resolve();
    },
  });
  return read;
}

/** The sample of `connectors watch` with this label, undefined where there is none. */
export async function told(name: string, label: string): Promise<number | undefined> {
  const text = await (await fetch(`http://127.0.0.1:${stack.ports.connectors}/metrics`)).text();
  const line = text.split('\n').find((each) => each.startsWith(`${name}{`) && each.includes(label));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

const textOf = (headers: IHeaders | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));

/** A connection of the account that may do everything. */
export async function database(): Promise<Connection> {
  const connection = await createConnection({
    ...stack.mariadb,
    user: 'stack_admin',
    password: secrets.databases['stack_admin'] ?? '',
    timezone: 'Z',
    bigIntAsNumber: true,
    multipleStatements: false,
  });
  closing.push(() => connection.end());
  return connection;
}

/** Waits until `look` gives something other than undefined or false. @throws with what was seen last, at the deadline */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  seen: () => unknown = () => '',
  within = 60_000,
): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > deadline)
      throw new Error(`${what}: not within ${within / 1000} s; seen: ${JSON.stringify(seen())}`);
    await sleep(100);
  }
}

export async function createTopic(topic: string): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  await createTopics(admin, [{ topic, numPartitions: 1, replicationFactor: 1 }]);
  await admin.disconnect();
}

/** Runs `connectors …` as a user does. */
export async function cli(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const main = new URL('../src/cli.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [main, '--data', dataFolder, ...args], { env: process.env });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise<number>((resolve) => child.once('close', (exit) => resolve(exit ?? -1)));
  return { code, out, err };
}

const storedOffsets = z.object({
  offsets: z.array(
    z.object({ partition: z.record(z.string(), z.unknown()), offset: z.record(z.string(), z.unknown()) }),
  ),
});
type Offset = Record<string, unknown>;

/** Stops a source connector, changes the place that it has stored, and has it go on from there. */
export async function changeOffset(name: string, change: (offset: Offset) => Offset): Promise<void> {
  const call = async (path: string, method: string, body?: unknown) => {
    const response = await fetch(`${stack.connectUrl}/connectors/${name}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return response.ok ? response.text() : undefined;
  };
  await call('stop', 'PUT');
  try {
    // Refused for as long as its last task has not ended.
    await until(`new offsets of ${name}`, async () => {
      const stored = await call('offsets', 'GET');
      if (stored === undefined) return undefined;
      const { offsets } = storedOffsets.parse(JSON.parse(stored));
      expect(offsets).toHaveLength(1);
      const changed = offsets.map(({ partition, offset }) => ({ partition, offset: change(offset) }));
      return call('offsets', 'PATCH', { offsets: changed });
    });
  } finally {
    await call('resume', 'PUT');
  }
  await until(`${name} running`, async () => (await cli('status', name)).code === 0);
}

/** Notes every state of a connector and its tasks, four times a second, until it is told to stop. */
export function observe(name: string): { stop: () => Promise<string[]> } {
  const states = new Set<string>();
  let on = true;
  const look = async () => {
    const connector = (await connect.connectors()).find((each) => each.name === name);
    if (!connector) states.add('missing');
    else for (const task of connector.tasks) states.add(`${task.state} ${task.cause ?? ''}`.trim());
  };
  const loop = (async () => {
    while (on) {
      await look();
      await sleep(250);
    }
    await look();
  })();
  const stop = async () => {
    on = false;
    await loop;
    return [...states];
  };
  closing.push(() => stop().then(() => undefined));
  return { stop };
}
