import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { store } from './version.ts';

const result = z.object({
  consumer: z.string(),
  /** The content of the pact that was verified. */
  sha: z.string(),
  interactions: z.number(),
  failures: z.array(z.object({ interaction: z.string(), reason: z.string() })),
});

const resultsFile = z.object({ provider: z.string(), version: z.string(), results: z.array(result) });

/** What came of holding one version of a provider to one content of a pact. */
export type Result = z.infer<typeof result> & { provider: string; providerVersion: string };

/** Where `npm run pact:verify` leaves its results: made by running, so not committed. */
export const resultsFolder = join(store, 'results');
const fileOf = (folder: string, provider: string, version: string) =>
  join(folder, provider, `${version}.json`);

/** The results of one version of a provider; none when it was never verified here. */
export const readResults = (provider: string, version: string, folder = resultsFolder): Result[] =>
  readResultsFile(fileOf(folder, provider, version)).filter(
    (each) => each.providerVersion === version && each.provider === provider,
  );

/** @throws Error when the file is there and is not of this form */
export function readResultsFile(file: string): Result[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const { provider, version, results } = resultsFile.parse(JSON.parse(text));
  return results.map((each) => ({ ...each, provider, providerVersion: version }));
}

/** Adds results to what is known of their providers' versions; a newer result of the same pact replaces the older. */
export function addResults(results: readonly Result[], folder = resultsFolder): void {
  const versions = Map.groupBy(results, ({ provider, providerVersion }) =>
    fileOf(folder, provider, providerVersion),
  );
  for (const [file, fresh] of versions) {
    const known = readResultsFile(file).filter((old) => !fresh.some((each) => isSame(old, each)));
    writeResultsFile(file, [...known, ...fresh]);
  }
}

const isSame = (a: Result, b: Result) => a.consumer === b.consumer && a.sha === b.sha;

/** Writes the results of one version of one provider. */
export function writeResultsFile(file: string, results: readonly Result[]): void {
  const [first] = results;
  if (!first) return;
  const content = {
    provider: first.provider,
    version: first.providerVersion,
    results: results
      .map(({ consumer, sha, interactions, failures }) => ({ consumer, sha, interactions, failures }))
      .toSorted((a, b) => (a.consumer + a.sha < b.consumer + b.sha ? -1 : 1)),
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}
