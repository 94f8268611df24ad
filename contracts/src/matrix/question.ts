import { arrows } from '../arrows.ts';
import type { Question } from './decide-deployability.ts';
import type { Deployed } from './deployed.ts';
import { readResults, type Result } from './results.ts';
import type { Tree } from './tree.ts';

/** All that a decision rests on, except which release it is about. */
export const questionOf = (tree: Tree, deployed: Deployed): Omit<Question, 'candidate'> => ({
  arrows,
  deployed: deployed.releases,
  outside: tree.outside,
  heads: tree.versions,
  unusable: tree.unusable,
  results: [...localResults(tree, deployed), ...deployed.results],
});

/** What this working tree has verified of the versions in question. */
export function localResults(tree: Tree, deployed: Deployed): Result[] {
  const versions = [...tree.releases, ...deployed.releases].map(
    ({ service, version }) => [service, version] as const,
  );
  const distinct = new Map(versions.map((each) => [each.join(' '), each]));
  return [...distinct.values()].flatMap(([provider, version]) => readResults(provider, version));
}
