import { Partitioners } from 'kafkajs';
import type { PartitionMetadata } from 'kafkajs';

const partitioner = Partitioners.DefaultPartitioner();

/** The partition that a key leads to: murmur2, as all of Kafka's own producers and kafkajs have it. */
export function partitionOf(key: string, partitions: number): number {
  const partitionMetadata: PartitionMetadata[] = Array.from({ length: partitions }, (_, partitionId) => ({
    ...{ partitionErrorCode: 0, partitionId, leader: 0, replicas: [], isr: [] },
  }));
  return partitioner({ topic: '', partitionMetadata, message: { key, value: null } });
}

const uuid7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The time, in Unix milliseconds, at which an id of our own was given: a UUID of version 7 (RFC 9562) carries it. */
export function timeWithin(orderId: string): number | undefined {
  const [, high, low] = uuid7.exec(orderId) ?? [];
  return high === undefined || low === undefined ? undefined : parseInt(high + low, 16);
}
