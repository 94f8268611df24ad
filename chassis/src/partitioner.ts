import { Partitioners, type ICustomPartitioner } from 'kafkajs';

/** Of a value without a key this much is hashed: it is only to spread records, and some are large. */
const hashedLength = 1_024;

/**
 * Kafka's usual partitioner (murmur2 of the key), and for records without a key the same of their value. The client's
 * own gives a keyless record another partition at each retry of a request; under an idempotent producer the other
 * partition may have stored a batch with those sequence numbers already, and the broker would acknowledge the record
 * as a duplicate without storing it.
 */
export const createStablePartitioner: ICustomPartitioner = () => {
  const partition = Partitioners.DefaultPartitioner();
  return (args) => {
    const { message } = args;
    const key = message.key ?? message.value?.slice(0, hashedLength) ?? '';
    return partition({ ...args, message: { ...message, key } });
  };
};
