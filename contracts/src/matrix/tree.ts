import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { arrows } from '../arrows.ts';
import type { PactRelease } from './deployed.ts';
import { deployables, outsideClient, ownerOf, type Owner } from './participants.ts';
import { readPacts, type Pact } from './pact-file.ts';
import { repository, versionOf } from './version.ts';

/** The system as it stands in the tree. */
export type Tree = {
  versions: ReadonlyMap<Owner, string>;
  releases: PactRelease[];
  pacts: Pact[];
  /** The needs of clients that nobody here deploys. */
  outside: Pact[];
  /** What is wrong with the pact files, a line each. */
  mistakes: string[];
  /** By the names of their files, those that are there and cannot be used. */
  unusable: ReadonlyMap<string, string>;
};

export function readTree(): Tree {
  const { pacts, mistakes, unusable } = readPacts(arrows);
  const outside = pacts.filter(({ consumer }) => ownerOf(consumer) === outsideClient);
  const releases = deployables.map((service) => {
    const needs = pacts.filter(({ consumer }) => ownerOf(consumer) === service);
    return { service, version: versionOf(service, needs), needs };
  });
  const versions = new Map<Owner, string>(releases.map(({ service, version }) => [service, version]));
  versions.set(outsideClient, versionOfOutside(outside));
  return { versions, releases, pacts, outside, mistakes, unusable };
}

/** All that is known of an outside client is what it needs. */
function versionOfOutside([pact]: readonly Pact[]): string {
  const { version } = JSON.parse(readFileSync(join(repository, 'contracts/package.json'), 'utf8'));
  return `${version}+${pact?.sha.slice(0, 8) ?? 'none'}`;
}

/** The names under which a service appears in pacts: orders speaks as `orders` and as `orders-projector`. */
export const participantsOf = (service: Owner): string[] => [
  ...new Set(
    arrows
      .flatMap(({ consumer, provider }) => [consumer, provider])
      .filter((name) => ownerOf(name) === service),
  ),
];
