import type { Admin, Kafka } from 'kafkajs';
import { isoTime, readLetter } from './letter.ts';
import { readTopics } from './read-topics.ts';
import { deadLetterTopics, howMany, howManyWait, readState } from './state.ts';
import { count, oneLine, table } from './text.ts';

export type Listed = {
  topic: string;
  deadLetters: number;
  /** How many of them were not replayed yet. */
  waiting: number;
  newest?: { at: string; consumer?: string; reason?: string };
};

const reasonLimit = 120;

export async function list(kafka: Kafka, admin: Admin): Promise<Listed[]> {
  const states = await Promise.all(
    (await deadLetterTopics(admin)).map(async (topic) => ({ topic, state: await readState(admin, topic) })),
  );
  const newest = new Map<string, NonNullable<Listed['newest']>>();
  await readTopics({
    kafka,
    admin,
    ranges: states.flatMap(({ state }) =>
      state.map((each) => ({ ...each, from: Math.max(each.from, each.to - 1) })),
    ),
    onMessages: ({ topic, partition }, messages) => {
      for (const message of messages) {
        const { at = isoTime(message.timestamp), consumer, reason } = readLetter(topic, partition, message);
        if (at >= (newest.get(topic)?.at ?? '')) newest.set(topic, { at, consumer, reason });
      }
      return true;
    },
  });
  return states.map(({ topic, state }) => ({
    topic,
    deadLetters: howMany(state),
    waiting: howManyWait(state),
    newest: newest.get(topic),
  }));
}

export function listTable(listed: Listed[]): string {
  if (listed.length === 0) return 'no dead-letter topics';
  const rows = listed.map(({ topic, deadLetters, waiting, newest }) => [
    ...[topic, String(deadLetters), String(waiting), newest?.at ?? ''],
    newest ? oneLine(newest.reason ?? 'it does not say why', reasonLimit) : '',
  ]);
  const waiting = listed.reduce((total, each) => total + each.waiting, 0);
  const head = ['TOPIC', 'DEAD LETTERS', 'WAITING', 'NEWEST', 'WHY'];
  return `${table(head, rows)}\n${waiting === 0 ? 'none waits' : `${count(waiting, 'dead letter')} waiting to be replayed`}`;
}
