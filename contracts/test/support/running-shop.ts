import { randomUUID } from 'node:crypto';
import { toConsumedRecord } from '@ordermesh/chassis/record';
import { createKafkaClient, runningStack } from '@ordermesh/stack/testing';
import { Partitioners } from 'kafkajs';
import { z } from 'zod';
import type { Example } from '../../src/event-catalogue/message.ts';

const stack = runningStack();
const kafka = createKafkaClient(stack.kafkaBrokers);

/** Asks the gateway, and throws unless it answers without an error. */
export async function ask(query: string, token?: string): Promise<unknown> {
  const response = await fetch(stack.graphql, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query }),
  });
  const answer = z.object({ data: z.unknown(), errors: z.array(z.unknown()).optional() });
  const { data, errors } = answer.parse(await response.json());
  if (errors) throw new Error(`${query}: ${JSON.stringify(errors)}`);
  return data;
}

/** The names of all topics that there are. */
export async function topicNames(): Promise<string[]> {
  const admin = kafka.admin();
  await admin.connect();
  return admin.listTopics().finally(() => admin.disconnect());
}

/** Types a value into a topic: no key, no headers. */
export async function type(topic: string, value: string): Promise<void> {
  const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: [{ value }] });
  await producer.disconnect();
}

/** All records of some topics, as consumers see them, into the array that it gives; until it is stopped. */
export async function follow(topics: string[]): Promise<{ records: Example[]; stop: () => Promise<void> }> {
  const records: Example[] = [];
  const consumer = kafka.consumer({ groupId: `test-${randomUUID()}` });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ topic, partition, message }) => {
      const { key, value, headers } = toConsumedRecord(topic, partition, message);
      records.push({ topic, key: key && key.toString(), value: value && value.toString(), headers });
      return Promise.resolve();
    },
  });
  return { records, stop: () => consumer.disconnect() };
}

const session = z.object({ signUp: z.object({ token: z.string() }) });
const placed = z.object({ placeOrder: z.object({ id: z.string() }) });
const status = z.object({ order: z.object({ status: z.string() }).nullable() });

/** A new customer, with an empty wallet. */
export async function signUp() {
  const input = `{ email: "${randomUUID()}@example.org", name: "Ada", password: "correct horse" }`;
  const { token } = session.parse(await ask(`mutation { signUp(input: ${input}) { token } }`)).signUp;
  return {
    deposit: (amount: number) =>
      ask(`mutation { deposit(amount: ${amount}, idempotencyKey: "${randomUUID()}") { balance } }`, token),
    order: async (qty: number) => {
      const input = `{ productId: "CATALOG-003", qty: ${qty} }`;
      return placed.parse(await ask(`mutation { placeOrder(input: ${input}) { id } }`, token)).placeOrder.id;
    },
    cancel: (id: string) => ask(`mutation { cancelOrder(id: "${id}") { id } }`, token),
    statusOf: async (id: string) =>
      status.parse(await ask(`{ order(id: "${id}") { status } }`, token)).order?.status,
  };
}
