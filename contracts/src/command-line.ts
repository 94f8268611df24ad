import { usage } from '@ordermesh/stack/options';
import { deployables, isDeployable, type Deployable } from './matrix/participants.ts';

/** @throws Failure (exit code 2) unless exactly one service is named that is deployed on its own */
export function oneService(positionals: readonly string[]): Deployable {
  const [name, ...more] = positionals;
  const known = deployables.join(', ');
  if (name === undefined) throw usage(`name a service: ${known}`);
  if (more.length > 0) throw usage(`one service at a time, not ${positionals.join(' and ')}`);
  if (!isDeployable(name)) throw usage(`there is no service "${name}", only ${known}`);
  return name;
}

/** A mistyped environment would look like one that nothing is deployed to. @throws Failure (exit code 2) */
export function knownEnvironment(name: string, known: readonly string[]): void {
  if (!known.includes(name))
    throw usage(
      `nothing was ever deployed to "${name}", only to ${known.join(', ') || 'no environment at all'}: --new-environment if that is no mistake`,
    );
}

/** The name of an environment becomes the name of a file. @throws Failure (exit code 2) */
export function environmentName(given: string | undefined): string {
  const name = given ?? 'production';
  if (!/^[a-z0-9][a-z0-9-]*$/.test(name))
    throw usage(`an environment is named in lower case letters, digits and hyphens, not "${name}"`);
  return name;
}
