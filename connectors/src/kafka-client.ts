import { createRequire } from 'node:module';
import { Kafka, logLevel, type KafkaConfig } from 'kafkajs';

type RequestQueue = { throttledUntil: number; pending: unknown[]; scheduleCheckPendingRequests(): void };

/** kafkajs sets a timer with a negative delay after every request, which Node warns of; idle queues need none. */
function silenceIdleThrottleTimer(): void {
  const queue: { prototype: RequestQueue } = createRequire(import.meta.url)(
    'kafkajs/src/network/requestQueue',
  );
  const schedule = queue.prototype.scheduleCheckPendingRequests;
  queue.prototype.scheduleCheckPendingRequests = function (this: RequestQueue) {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this);
  };
}
silenceIdleThrottleTimer();

/** A client for errands and questions, of a list of brokers joined by commas: what fails is thrown, nothing is logged. */
export const createKafkaClient = (brokers: string, config: Omit<KafkaConfig, 'brokers'> = {}) =>
  new Kafka({
    clientId: 'ordermesh',
    logLevel: logLevel.NOTHING,
    ...config,
    brokers: brokers.split(',').map((broker) => broker.trim()),
  });
