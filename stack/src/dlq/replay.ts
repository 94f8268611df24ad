import type { Admin, Kafka } from 'kafkajs';
import { Failure, messageOf } from '../failure.ts';
import { readLetter, showPosition, type Letter } from './letter.ts';
import { readTopics } from './read-topics.ts';
import { chunk, createReturner, toReturn } from './returns.ts';
import { howMany, howManyWait, readState, replayGroup, type DeadLetters } from './state.ts';
import { count } from './text.ts';

export type Replayed = {
  topic: string;
  /** How many dead letters the topic holds, and how many of them waited. */
  deadLetters: number;
  waited: number;
  replayed: number;
  /** How many went to each topic. */
  to: Record<string, number>;
  /** Positions of those that do not say where they came from: nobody can replay them. */
  passedOver: string[];
  /** Why partitions stopped before their end. From there on their dead letters still wait. */
  stopped: string[];
};

/**
 * Appends the dead letters that wait to where they came from, up to those that were there when it was `asked`: what dies
 * again comes behind them and waits for the next replay. What was replayed is committed once the broker has acknowledged
 * it, so that a crash in between replays at most one request again. The caller makes sure that it runs once at a time.
 * @throws Failure when the broker is away; what was replayed until then is committed.
 */
export async function replay(
  kafka: Kafka,
  admin: Admin,
  topic: string,
  asked: DeadLetters[],
): Promise<Replayed> {
  const state = (await readState(admin, topic)).map((now) => {
    const { to = 0 } = asked.find(({ partition }) => partition === now.partition) ?? {};
    return { ...now, to: Math.max(now.waitingFrom, Math.min(now.to, to)) };
  });
  const outcome: Replayed = {
    ...{ topic, deadLetters: howMany(state), waited: howManyWait(state), replayed: 0 },
    ...{ to: {}, passedOver: [], stopped: [] },
  };
  if (outcome.waited === 0) return outcome;
  const { topics } = await admin.fetchTopicMetadata();
  const partitions = new Map(topics.map(({ name, partitions: all }) => [name, all.length]));
  const returner = createReturner(kafka);

  /** Gives the one at which it came to a halt. */
  async function putBack(letters: Letter[], commit: (offset: number) => Promise<void>) {
    const lost = letters.find(({ from }) => from && !partitions.has(from.topic));
    const sendable = lost ? letters.slice(0, letters.indexOf(lost)) : letters;
    const back = sendable.flatMap((letter) => {
      const record = toReturn(letter, partitions);
      return record ? [{ letter, record }] : [];
    });
    const appended = await returner.append(back.map(({ record }) => record));
    const tooLarge = back[appended]?.letter;
    const done = tooLarge ? sendable.slice(0, sendable.indexOf(tooLarge)) : sendable;
    const last = done.at(-1);
    if (last) await commit(last.offset + 1);
    outcome.replayed += appended;
    for (const { record } of back.slice(0, appended))
      outcome.to[record.topic] = (outcome.to[record.topic] ?? 0) + 1;
    outcome.passedOver.push(...done.filter(({ from }) => !from).map(showPosition));
    if (tooLarge)
      outcome.stopped.push(
        `${showPosition(tooLarge)} is larger than ${tooLarge.from?.topic} takes: raise its max.message.bytes`,
      );
    else if (lost)
      outcome.stopped.push(`${showPosition(lost)} came from ${lost.from?.topic}, which does not exist`);
    return tooLarge ?? lost;
  }

  try {
    await readTopics({
      kafka,
      admin,
      group: replayGroup(topic),
      ranges: state.map((each) => ({ ...each, from: each.waitingFrom })),
      onMessages: async ({ partition }, messages, commit) => {
        const letters = messages.map((message) => readLetter(topic, partition, message));
        for (const some of chunk(letters)) if (await putBack(some, commit)) return false;
        return true;
      },
    });
  } catch (error) {
    const before =
      outcome.replayed > 0 ? ` (${count(outcome.replayed, 'dead letter')} of it replayed before)` : '';
    throw new Failure(`${topic} could not be replayed to its end${before}: ${messageOf(error)}`, {
      cause: error,
    });
  } finally {
    await returner.close();
  }
  return outcome;
}

export function replayText(outcome: Replayed): string {
  const { topic, deadLetters, waited, replayed, to, passedOver, stopped } = outcome;
  if (deadLetters === 0) return `${topic} is empty`;
  if (waited === 0) return `nothing waits in ${topic}: ${count(deadLetters, 'dead letter')}, replayed before`;
  const where = Object.entries(to).map(([name, n]) => `${n} to ${name}`);
  const lines = [
    `replayed ${replayed} of the ${count(waited, 'dead letter')} that waited in ${topic}${where.length > 0 ? `: ${where.join(', ')}` : ''}`,
    ...passedOver.map((position) => `passed over ${position}: it does not say where it came from`),
    ...stopped.map((why) => `stopped: ${why}`),
  ];
  return lines.join('\n');
}
