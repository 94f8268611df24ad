import type { Admin } from 'kafkajs';
import { Failure } from '../failure.ts';
import type { Range } from './read-topics.ts';

/** A partition of a dead-letter topic: what is there (`from` … `to`), and the first one that waits to be replayed. */
export type DeadLetters = Range & { waitingFrom: number };

/** The consumer group that holds how far a dead-letter topic was replayed. */
export const replayGroup = (topic: string) => `replay.${topic}`;

export const deadLetterTopics = async (admin: Admin) =>
  (await admin.listTopics()).filter((topic) => topic.endsWith('.dlq')).sort();

/** @throws Failure when there is no such dead-letter topic. */
export async function requireDeadLetterTopic(admin: Admin, topic: string): Promise<void> {
  const topics = await deadLetterTopics(admin);
  if (!topics.includes(topic))
    throw new Failure(`there is no dead-letter topic "${topic}", only ${topics.join(', ') || 'none at all'}`);
}

export async function readState(admin: Admin, topic: string): Promise<DeadLetters[]> {
  const [ends, [group]] = await Promise.all([
    admin.fetchTopicOffsets(topic),
    admin.fetchOffsets({ groupId: replayGroup(topic), topics: [topic] }),
  ]);
  const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  return ends
    .map(({ partition, low, high }) => {
      const [from, to, replayed] = [Number(low), Number(high), committed.get(partition) ?? -1];
      // Beyond the end it counts in a topic that was deleted and created anew.
      return {
        topic,
        partition,
        from,
        to,
        waitingFrom: replayed >= from && replayed <= to ? replayed : from,
      };
    })
    .sort((a, b) => a.partition - b.partition);
}

const sum = (numbers: number[]) => numbers.reduce((total, each) => total + each, 0);
export const howMany = (state: DeadLetters[]) => sum(state.map(({ from, to }) => to - from));
export const howManyWait = (state: DeadLetters[]) =>
  sum(state.map(({ waitingFrom, to }) => to - waitingFrom));
