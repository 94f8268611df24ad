import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Deployable } from './participants.ts';

export const repository = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/** Holds pacts, results and what is deployed; tests of the commands work in a copy. */
export const store = process.env['ORDERMESH_CONTRACTS'] || join(repository, 'contracts');

/** The rooms of a service that decide what it does; tests and readmes do not. */
const service = (name: string) => [
  `${name}/package.json`,
  `${name}/src`,
  `${name}/contract`,
  `${name}/migrations`,
  `${name}/schema.graphql`,
  'chassis/package.json',
  'chassis/src',
];

const connectors = 'connectors/definitions';

/** What makes each version; a path that does not exist is left out. */
const madeOf: Readonly<Record<Deployable, readonly string[]>> = {
  gateway: [...service('gateway'), 'contracts/supergraph.graphql'],
  // Topic, key and headers of what these two publish are settled in the connectors that publish it.
  users: [...service('users'), `${connectors}/users-outbox.json`],
  catalogs: [
    ...service('catalogs'),
    `${connectors}/catalogs-outbox.json`,
    `${connectors}/catalogs-products-source.json`,
  ],
  orders: service('orders'),
  connectors: ['connectors/package.json', connectors, 'connectors/plugins/pom.xml', 'connectors/plugins/src'],
};

/**
 * The version of a service as it stands in the tree: its package version and a hash of what it is made of and of what
 * it needs, such as `0.1.0+3fa94c21`. The same content has the same version, on every machine and without git; no
 * version ever has two pacts with one provider, which a Pact Broker refuses.
 */
export function versionOf(
  deployable: Deployable,
  needs: readonly { sha: string }[],
  root = repository,
): string {
  const hash = createHash('sha256');
  for (const path of madeOf[deployable].flatMap((each) => filesUnder(root, each)).toSorted())
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  for (const sha of needs.map((need) => need.sha).toSorted()) hash.update(sha);
  const { version } = JSON.parse(readFileSync(join(root, deployable, 'package.json'), 'utf8'));
  return `${version}+${hash.digest('hex').slice(0, 8)}`;
}

/** The files at or under a path, relative to the root. */
function filesUnder(root: string, path: string): string[] {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (!found) return [];
  if (!found.isDirectory()) return [path];
  return readdirSync(join(root, path)).flatMap((name) => filesUnder(root, `${path}/${name}`));
}
