import type { Pact } from './matrix/pact-file.ts';
import { environments, readDeployed } from './matrix/deployed.ts';
import type { PactToVerify } from './verify-pacts.ts';

/** The pacts of deployed consumers, of every environment. */
export const readDeployedPacts = (folder?: string): PactToVerify[] =>
  environments(folder).flatMap((environment) =>
    readDeployed(environment, folder).releases.flatMap(({ version, needs }) =>
      needs.map((pact) => ({ ...pact, deployedAs: `${pact.consumer} ${version} in ${environment}` })),
    ),
  );

/** Those that say something else than the pacts in the tree, each content once. */
export function differing(deployed: readonly PactToVerify[], tree: readonly Pact[]): PactToVerify[] {
  const keyOf = ({ consumer, provider, sha }: Pact) => [consumer, provider, sha].join(' ');
  const seen = new Set(tree.map(keyOf));
  return deployed.filter((pact) => {
    const isNew = !seen.has(keyOf(pact));
    seen.add(keyOf(pact));
    return isNew;
  });
}
