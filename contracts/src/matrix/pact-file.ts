import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Arrow } from '../arrows.ts';
import { repository, store } from './version.ts';

/** One consumer's needs of one provider, as a file says them. */
export type Pact = Arrow & {
  file: string;
  /** Changes with what is needed, not with how the file is written or by which version of Pact. */
  sha: string;
  interactions: number;
};

export const pactFolder = join(store, 'pacts');
export const pactFileName = ({ consumer, provider }: { consumer: string; provider: string }) =>
  `${consumer}-${provider}.json`;

const pactContent = z.object({
  consumer: z.object({ name: z.string() }),
  provider: z.object({ name: z.string() }),
  interactions: z.array(z.looseObject({ type: z.string() })),
  metadata: z.object({ pactSpecification: z.object({ version: z.string() }) }),
});

/** A pact that cannot be used; the message names the file and what is wrong with it. */
export class PactFileError extends Error {
  override name = 'PactFileError';
}

/** @throws PactFileError when it cannot be read or is no pact of version 4 */
export function readPact(file: string): Pact {
  const name = file.replace(`${repository}/`, '');
  const { consumer, provider, interactions, metadata } = parse(file, name);
  if (!metadata.pactSpecification.version.startsWith('4'))
    throw new PactFileError(`${name} is a pact of version ${metadata.pactSpecification.version}, not 4`);
  return {
    consumer: consumer.name,
    provider: provider.name,
    kind: interactions.every(({ type }) => type === 'Asynchronous/Messages') ? 'message' : 'graphql',
    file,
    sha: shaOf(interactions),
    interactions: interactions.length,
  };
}

function parse(file: string, name: string) {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new PactFileError(
      error instanceof SyntaxError ? `${name} is not JSON: ${error.message}` : `${name} cannot be read`,
      { cause: error },
    );
  }
  const parsed = pactContent.safeParse(json);
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'unreadable' };
    throw new PactFileError(`${name} is not a pact of version 4: ${path.join('.')}: ${message}`);
  }
  return parsed.data;
}

/**
 * The pacts in a folder. Every arrow must have one, with at least one interaction, and every file must belong to an
 * arrow; all mistakes are given together, each as a line, and those of a pact that cannot be used also by its file name.
 */
export function readPacts(
  arrows: readonly Arrow[],
  folder = pactFolder,
): { pacts: Pact[]; mistakes: string[]; unusable: Map<string, string> } {
  const mistakes: string[] = [];
  const unusable = new Map<string, string>();
  const wanted = new Map(arrows.map((arrow) => [pactFileName(arrow), arrow]));
  const present = jsonFiles(folder);
  for (const name of present)
    if (!wanted.has(name))
      mistakes.push(
        `${place(folder, name)} belongs to no arrow: add it to contracts/src/arrows.ts or delete it`,
      );
  const pacts = [...wanted].flatMap(([name, arrow]) => {
    if (!present.includes(name)) {
      mistakes.push(
        `${place(folder, name)} is missing: what ${arrow.consumer} needs of ${arrow.provider} is nowhere said (its pact test writes the file)`,
      );
      return [];
    }
    try {
      const pact = readPact(join(folder, name));
      if (pact.consumer !== arrow.consumer || pact.provider !== arrow.provider)
        throw new PactFileError(
          `${place(folder, name)} is the pact of ${pact.consumer} with ${pact.provider}, by its content`,
        );
      if (pact.interactions === 0)
        mistakes.push(`${place(folder, name)} has no interactions: nothing can be held to it`);
      return [{ ...pact, kind: arrow.kind }];
    } catch (error) {
      if (!(error instanceof PactFileError)) throw error;
      mistakes.push(error.message);
      unusable.set(name, error.message);
      return [];
    }
  });
  return { pacts, mistakes, unusable };
}

const place = (folder: string, name: string) => join(folder, name).replace(`${repository}/`, '');

/** The names of the JSON files in a folder; none when there is no folder. */
export function jsonFiles(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .toSorted();
  } catch {
    return [];
  }
}

/** A Pact Broker gives each interaction an `_id`, which says nothing that is needed. */
function shaOf(interactions: readonly Record<string, unknown>[]): string {
  const texts = interactions.map(({ _id, ...interaction }) => JSON.stringify(sorted(interaction))).toSorted();
  return createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 16);
}

/** The same value with the keys of every object in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
