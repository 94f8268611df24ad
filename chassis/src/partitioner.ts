import type { ICustomPartitioner } from 'kafkajs';

/** Of a value without a key this much is hashed: it is only to spread records, and some are large. */
const hashedLength = 1_024;
const multiplier = 0x5bd1e995;
const seed = 0x9747b28c;

/**
 * The hash by which Kafka's producers choose a partition: MurmurHash2 of 32 bits with a seed of its own, `Utils.murmur2` of
 * the Java client. kafkajs' takes thirty times as long, with several BigInts for each four bytes.
 */
export function murmur2(data: Buffer): number {
  const { length } = data;
  let hash = seed ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const word = Math.imul(data.readInt32LE(at), multiplier);
    hash = Math.imul(hash, multiplier) ^ Math.imul(word ^ (word >>> 24), multiplier);
  }
  if (at < length) hash = Math.imul(hash ^ data.readUIntLE(at, length - at), multiplier);
  hash = Math.imul(hash ^ (hash >>> 13), multiplier);
  return hash ^ (hash >>> 15);
}

/**
 * Kafka's usual partitioner (murmur2 of the key), and for records without a key the same of their value. The client's
 * own gives a keyless record another partition at each retry of a request; under an idempotent producer the other
 * partition may have stored a batch with those sequence numbers already, and the broker would acknowledge the record
 * as a duplicate without storing it.
 */
export const createStablePartitioner: ICustomPartitioner = () => {
  return ({ partitionMetadata, message: { key, value } }) => {
    const hashed = key ?? value?.slice(0, hashedLength) ?? '';
    const hash = murmur2(typeof hashed === 'string' ? Buffer.from(hashed) : hashed);
    return (hash & 0x7fffffff) % partitionMetadata.length;
  };
};
