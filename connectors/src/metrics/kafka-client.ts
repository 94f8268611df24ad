import { createRequire } from 'node:module';
import { Kafka, logLevel } from 'kafkajs';

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

/** For questions to the broker: what fails is thrown, nothing is logged, and nobody waits long. */
export const createKafkaClient = (brokers: string) =>
  new Kafka({
    clientId: 'connectors-watch',
    brokers: brokers.split(',').map((broker) => broker.trim()),
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1_000,
    requestTimeout: 3_000,
    retry: { retries: 1 },
  });
