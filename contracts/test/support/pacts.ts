import { readFileSync } from 'node:fs';
import type { Append } from '@ordermesh/chassis/appender';
import { z } from 'zod';
import { arrows, type Arrow } from '../../src/arrows.ts';
import { providerMessages } from '../../src/provider-messages.ts';
import { messageOf } from '../../src/verify-messages.ts';

const interactionShape = z.looseObject({
  description: z.string(),
  providerStates: z.array(z.object({ params: z.unknown() })),
});
export type Interaction = z.output<typeof interactionShape>;
const pactShape = z.looseObject({ interactions: z.array(interactionShape) });

const root = new URL('../..', import.meta.url);
/** A JSON file of this folder. */
export const json = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));
export const messageArrows = arrows.filter(({ kind }) => kind === 'message');
/** By provider, every message that it sends. */
export const messages = providerMessages();

/** The record of a message, as the provider builds it. */
export async function recordOf(provider: string, description: string, parameters: unknown): Promise<Append> {
  const build = messages[provider]?.[messageOf(description)];
  if (!build) throw new Error(`${provider} has no message ${description}`);
  return build(parameters);
}

export const readPact = ({ consumer, provider }: Arrow) =>
  pactShape.parse(json(`pacts/${consumer}-${provider}.json`));

/** Every message of a provider that any pact is about, as it is built for one of them. */
export async function contracted(provider: string): Promise<Map<string, Append>> {
  const records = new Map<string, Append>();
  for (const arrow of messageArrows.filter((each) => each.provider === provider)) {
    for (const { description, providerStates } of readPact(arrow).interactions) {
      records.set(messageOf(description), await recordOf(provider, description, providerStates[0]?.params));
    }
  }
  return records;
}
