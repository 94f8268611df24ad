import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { deadLetters } from './dead-letters.ts';
import { internalTopics, type InternalTopic } from './internal-topics.ts';
import { asMessage, type Example, type Message } from './message.ts';
import { probes } from './probes.ts';
import { readReaders, type Effect, type Reader } from './readers.ts';
import { reliedOn, type ReliedOn } from './relied-on.ts';
import { services } from './services.ts';
import { typedByHand } from './typed-by-hand.ts';

/** What one reader does with a message of a topic. */
export type Reading = { reader: Reader; topic: string; effect: Effect; reliedOn: ReliedOn | undefined };

export type Topic = { name: string; partitions: number; config: Record<string, string>; messages: Message[] };

export type Catalogue = {
  topics: Topic[];
  internal: InternalTopic[];
  messages: Message[];
  readers: Reader[];
  readingsOf: (message: Message) => Reading[];
};

const topicsFile = z.array(
  z.object({ name: z.string(), partitions: z.number(), config: z.record(z.string(), z.string()) }),
);

function readTopics() {
  return topicsFile.parse(JSON.parse(readFileSync(new URL('../../topics.json', import.meta.url), 'utf8')));
}

/** All that lies on the topics of topics.json, and what other topics the connectors keep, from the code that writes and reads it. */
export async function readCatalogue(): Promise<Catalogue> {
  const published = Object.entries(services).flatMap(([service, events]) =>
    events.map((event) => asMessage(service, event)),
  );
  const readers = readReaders();
  const messages = [
    ...(await Promise.all(published)),
    ...Object.values(typedByHand),
    ...probes,
    ...deadLetters(readers),
  ];
  const topics = readTopics().map((topic) => ({
    ...topic,
    messages: messages.filter((message) => message.topics.includes(topic.name)),
  }));
  return {
    topics,
    internal: internalTopics(),
    messages,
    readers,
    readingsOf: (message) => readingsOf(readers, message),
  };
}

/** Who writes a message to one of its topics. */
export const writersOn = (topic: string, { writersOn: some, writtenBy }: Message): string[] =>
  some?.(topic) ?? writtenBy;

function readingsOf(readers: Reader[], message: Message): Reading[] {
  return message.topics.flatMap((topic) => {
    const examples = message.examples.filter((example) => example.topic === topic);
    // One that is written to another topic than it is described on is found by comparing the two.
    if (examples.length === 0) return [];
    return readers
      .filter((reader) => reader.topics.includes(topic))
      .map((reader) => ({
        reader,
        topic,
        effect: effectOf(reader, message, examples),
        reliedOn: reliedOn(reader, message),
      }));
  });
}

/** All examples of a message mean the same to a reader: throws otherwise, as it could not be said in one line. */
function effectOf(reader: Reader, { name }: Message, examples: Example[]): Effect {
  const effects = new Set(examples.map((each) => reader.effectOf(each)));
  const [effect] = effects;
  if (effect === undefined || effects.size > 1) {
    throw new Error(`what ${reader.name} does with ${name} depends: it ${[...effects].join(', or it ')}`);
  }
  return effect;
}
