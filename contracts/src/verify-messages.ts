import { readFileSync } from 'node:fs';
import type { Append } from '@ordermesh/chassis/appender';
import { z } from 'zod';
import type { Arrow } from './arrows.ts';
import { runPactVerifier, type PactMessage } from './pact-verifier.ts';
import { providerMessages, type BuildMessage } from './provider-messages.ts';
import type { Verification } from './verification.ts';

/**
 * In a pact's metadata the name of a header follows this, so that none is taken for the topic or the key. There is no dot
 * in it: Pact does not find the matcher of a name with one, and compares with the example.
 */
export const headerPrefix = 'header:';

/** What is put in the place of a message that the provider builds, for the interaction of that description. */
export type Alter = (description: string, build: (original: string) => BuildMessage) => BuildMessage;

const pactFileShape = z.object({
  provider: z.object({ name: z.string() }),
  interactions: z.array(
    z.object({
      type: z.literal('Asynchronous/Messages'),
      description: z.string(),
      providerStates: z.array(z.object({ params: z.unknown() })).optional(),
    }),
  ),
});

/** The message of a record. A key or a header that it has not is left out; that it has no value is said. */
export function toPactMessage({ topic, key, value, headers }: Append): PactMessage {
  const named = Object.entries(headers).map(([name, text]) => [`${headerPrefix}${name}`, String(text)]);
  return {
    metadata: {
      topic,
      ...(key !== null && { key: String(key) }),
      ...Object.fromEntries(named),
      // Pact takes any content for an expected null.
      ...(value === null && { value: 'none' }),
    },
    content: value === null ? null : (JSON.parse(String(value)) as unknown),
  };
}

/** Every interaction of the file with its parameters, by description. Throws if two have the same. */
function readInteractions(pactFile: string): Map<string, unknown> {
  const { interactions } = pactFileShape.parse(JSON.parse(readFileSync(pactFile, 'utf8')));
  const parameters = new Map(
    interactions.map(({ description, providerStates }) => [description, providerStates?.[0]?.params]),
  );
  if (parameters.size < interactions.length) throw new Error(`${pactFile} has two interactions of one name`);
  return parameters;
}

/** The name of the message that an interaction is about: what follows in brackets says what is expected of it. */
export const messageOf = (description: string): string => description.replace(/ \([^)]*\)$/, '');

/**
 * Holds the messages that a provider's own code builds to a pact. What the provider does not know by the description
 * that the pact gives it, or cannot build, is a failure of that interaction.
 */
export async function verifyMessages({
  arrow: { consumer, provider },
  pactFile,
  alter = (description, build) => build(description),
}: {
  arrow: Arrow;
  pactFile: string;
  alter?: Alter;
}): Promise<Verification> {
  const known = providerMessages()[provider] ?? {};
  const build = (description: string): BuildMessage => {
    const name = messageOf(description);
    const found = Object.hasOwn(known, name) ? known[name] : undefined;
    if (found) return found;
    throw new Error(`${provider} sends no such message, only: ${Object.keys(known).join(', ')}`);
  };
  const interactions = readInteractions(pactFile);
  const failed = new Map<string, string>();
  const messages: Record<string, PactMessage> = {};
  for (const [description, parameters] of interactions) {
    try {
      messages[description] = toPactMessage(await alter(description, build)(parameters));
    } catch (error) {
      failed.set(description, error instanceof Error ? error.message : String(error));
      // For Pact there has to be one.
      messages[description] = { metadata: {}, content: null };
    }
  }
  const verified = await runPactVerifier({ provider, pactUrls: [pactFile], messages });
  for (const { interaction, reason } of verified) {
    if (reason !== undefined && !failed.has(interaction)) failed.set(interaction, reason);
  }
  return {
    consumer,
    provider,
    interactions: verified.length,
    failures: [...failed].map(([interaction, reason]) => ({ interaction, reason })),
  };
}
