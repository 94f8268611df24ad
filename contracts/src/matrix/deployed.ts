import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { deployables, ownerOf, type Deployable, type Owner } from './participants.ts';
import { jsonFiles, pactFileName, readPact, type Pact } from './pact-file.ts';
import { readResultsFile, writeResultsFile, type Result } from './results.ts';
import { store } from './version.ts';

/** Which version of what runs in an environment, with its pacts and its results: committed. */
export const deployedFolder = join(store, 'deployed');

/** One version with the pacts of its parts, as files. */
export type PactRelease = { service: Deployable; version: string; needs: Pact[] };
export type Deployed = { releases: PactRelease[]; results: Result[] };

const environmentFile = z.object({ services: z.partialRecord(z.enum(deployables), z.string()) });

const layout = (environment: string, folder: string) => ({
  versions: join(folder, `${environment}.json`),
  pacts: join(folder, environment, 'pacts'),
  results: join(folder, environment, 'results'),
});

/** An environment that nothing was ever deployed to is empty. */
export function readDeployed(environment: string, folder = deployedFolder): Deployed {
  const files = layout(environment, folder);
  const pacts = jsonFiles(files.pacts).map((name) => readPact(join(files.pacts, name)));
  const releases = readVersions(files.versions).map(({ service, version }) => ({
    service,
    version,
    needs: pacts.filter(({ consumer }) => ownerOf(consumer) === service),
  }));
  const results = jsonFiles(files.results).flatMap((name) => readResultsFile(join(files.results, name)));
  return { releases, results };
}

function readVersions(file: string): { service: Deployable; version: string }[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const { services } = environmentFile.parse(JSON.parse(text));
  return deployables.flatMap((service) => {
    const version = services[service];
    return version === undefined ? [] : [{ service, version }];
  });
}

/**
 * Notes that a version is now what runs. Its pacts replace those of the version before; of the results those are kept
 * that can still matter: of the deployed providers, on pacts that are deployed or in the tree now.
 */
export function writeDeployed(
  environment: string,
  release: PactRelease,
  { pacts, results }: { pacts: readonly Pact[]; results: readonly Result[] },
  folder = deployedFolder,
): void {
  const files = layout(environment, folder);
  const before = readDeployed(environment, folder);
  const others = before.releases.filter(({ service }) => service !== release.service);

  for (const old of before.releases.find(({ service }) => service === release.service)?.needs ?? [])
    rmSync(old.file);
  mkdirSync(files.pacts, { recursive: true });
  for (const pact of release.needs) copyFileSync(pact.file, join(files.pacts, pactFileName(pact)));

  const versions = new Map<Owner, string>(
    [...others, release].map(({ service, version }) => [service, version]),
  );
  const wanted = new Set([...others.flatMap(({ needs }) => needs), ...pacts].map(({ sha }) => sha));
  const known = newestOfEach([...before.results, ...results]).filter(
    ({ provider, providerVersion, sha }) =>
      wanted.has(sha) && providerVersion === versions.get(ownerOf(provider)),
  );
  rmSync(files.results, { recursive: true, force: true });
  for (const [provider, each] of Map.groupBy(known, (result) => result.provider))
    writeResultsFile(join(files.results, `${provider}.json`), each);

  const services = Object.fromEntries([...versions].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(files.versions, `${JSON.stringify({ services }, null, 2)}\n`);
}

/** The last result of each pact with each version. */
const newestOfEach = (results: readonly Result[]): Result[] => [
  ...new Map(
    results.map((each) => [[each.provider, each.providerVersion, each.consumer, each.sha].join(' '), each]),
  ).values(),
];

/** The environments that something was deployed to. */
export const environments = (folder = deployedFolder): string[] =>
  jsonFiles(folder).map((name) => name.replace(/\.json$/, ''));
