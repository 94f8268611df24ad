import { Kafka, logLevel, type Producer } from 'kafkajs';
import { env } from './environment.ts';

const kafka = new Kafka({
  clientId: env('SERVICE_INSTANCE'),
  brokers: env('KAFKA_BROKERS').split(','),
  logLevel: logLevel.ERROR,
});

/** What every event carries. */
export type Order = {
  orderId: string;
  userId: string;
  productId: string;
  qty: number;
  unitPrice: number;
  totalPrice: number;
  placedAt: string;
};
export type Event = { type: string; order: Order; reason?: string };

export async function connectProducer(): Promise<Producer> {
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  return producer;
}

/** Resolves when all replicas that are in sync have it. */
export async function publish(producer: Producer, topic: string, { type, order, reason }: Event) {
  const value = JSON.stringify({ ...order, ...(reason && { reason }) });
  await producer.send({
    topic,
    acks: -1,
    messages: [{ key: order.orderId, value, headers: { type } }],
  });
}

/** Hands over one event at a time per partition; its offset is committed after it (at least once). */
export async function consume(
  groupId: string,
  topics: string[],
  handle: (event: Event) => Promise<void>,
): Promise<void> {
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false });
  await consumer.connect();
  await consumer.subscribe({ topics, fromBeginning: true });
  await consumer.run({
    // As many as ordermesh's consumers; the library's default is 1.
    partitionsConsumedConcurrently: 3,
    eachMessage: async ({ message }) => {
      const { reason, ...order }: Order & { reason?: string } = JSON.parse(String(message.value));
      await handle({ type: String(message.headers?.['type']), order, ...(reason && { reason }) });
    },
  });
}
