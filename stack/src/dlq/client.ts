import { createKafkaClient } from '@ordermesh/connectors/kafka-client';
import type { Admin, Kafka } from 'kafkajs';
import { Failure, messageOf } from '../failure.ts';

/** Someone waits for the answer: a broker that is being started again is waited for, one that is away is told of. */
const patience = {
  connectionTimeout: 1_000,
  requestTimeout: 5_000,
  retry: { initialRetryTime: 200, maxRetryTime: 2_000, retries: 8 },
};

/** Runs an errand against the broker; whatever it answers with an error, or not at all, is a Failure. */
export async function withKafka<T>(
  brokers: string,
  errand: (kafka: Kafka, admin: Admin) => Promise<T>,
): Promise<T> {
  const kafka = createKafkaClient(brokers, { clientId: 'ordermesh-operator', ...patience });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return await errand(kafka, admin);
  } catch (error) {
    if (error instanceof Failure || !isKafkaError(error)) throw error;
    throw new Failure(`Kafka on ${brokers}: ${messageOf(error)}`, { cause: error });
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

/** Some of what the client throws is an error of its own kind, some is a plain one. */
const isKafkaError = (error: unknown) =>
  error instanceof Error && (error.name.startsWith('KafkaJS') || error.stack?.includes('/kafkajs/') === true);
