import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { headerPrefix } from '../verify-messages.ts';
import type { Message } from './message.ts';
import { pathsOf } from './paths.ts';
import type { Reader } from './readers.ts';

const pact = z.object({
  interactions: z.array(
    z.object({
      contents: z.object({ content: z.unknown() }).optional(),
      metadata: z.record(z.string(), z.unknown()).default({}),
    }),
  ),
});
type Interaction = z.output<typeof pact>['interactions'][number];

/** What a consumer's pact says that it needs of a message. */
export type ReliedOn = { key: boolean; headers: string[]; fields: string[] };

function interactionsOf(consumer: string, provider: string): Interaction[] {
  const file = new URL(`../../pacts/${consumer}-${provider}.json`, import.meta.url);
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // That a pact is missing is for the verification to say.
    return [];
  }
  return pact.parse(JSON.parse(text)).interactions;
}

function isAbout({ metadata, contents }: Interaction, { topics, headers, examples }: Message): boolean {
  if (!topics.includes(String(metadata['topic']))) return false;
  const type = metadata[`${headerPrefix}type`];
  if (type !== undefined) return headers.shape['type']?.safeParse(type).success ?? false;
  // Told apart by nothing but whether there is a value at all.
  const isTombstone = (contents?.content ?? null) === null;
  return isTombstone === examples.every(({ value }) => value === null);
}

/** What the reader's pacts with those who write the message say that it needs of it; undefined without such a pact. */
export function reliedOn({ pactConsumer }: Reader, message: Message): ReliedOn | undefined {
  const interactions = message.writtenBy
    .flatMap((writer) => interactionsOf(pactConsumer, writer))
    .filter((interaction) => isAbout(interaction, message));
  if (interactions.length === 0) return undefined;
  const names = interactions.flatMap(({ metadata }) => Object.keys(metadata));
  const headers = names
    .filter((name) => name.startsWith(headerPrefix))
    .map((name) => name.slice(headerPrefix.length));
  const fields = interactions.flatMap(({ contents }) => pathsOf(contents?.content));
  return {
    key: names.includes('key'),
    headers: [...new Set(headers)].sort(),
    fields: [...new Set(fields)],
  };
}
