import { arrows } from '../arrows.ts';
import { deployables, outsideClient, ownerOf, type Deployable, type Owner } from '../matrix/participants.ts';
import { participantsOf } from '../matrix/tree.ts';
import type { Broker } from './config.ts';
import { runPactBroker } from './pact-cli.ts';

/**
 * Asks the broker about every name under which a service appears in pacts, one by one: named together, they would be
 * held to each other and no longer to the versions of each other that are deployed. Gives the exit code.
 */
export async function askBroker(
  broker: Broker,
  service: Deployable,
  environment: string,
  versions: ReadonlyMap<Owner, string>,
): Promise<number> {
  const version = versions.get(service) ?? '';
  const selection = (name: string, of: string) => ['--pacticipant', name, '--version', of];
  const questions = participantsOf(service).map((name) => [
    ...selection(name, version),
    '--to-environment',
    environment,
  ]);
  // Nobody deploys the outside client, so that it is in no environment.
  for (const { provider } of arrows.filter(({ consumer }) => ownerOf(consumer) === outsideClient))
    if (ownerOf(provider) === service)
      questions.push([
        ...selection(provider, version),
        ...selection(outsideClient, versions.get(outsideClient) ?? ''),
      ]);
  return runEach(broker, 'can-i-deploy', questions);
}

/**
 * Asks the broker about every service, each as the next one to be deployed: a service that waits for another is a no
 * until that one is recorded. Gives the exit code.
 */
export async function askBrokerForAll(
  broker: Broker,
  environment: string,
  versions: ReadonlyMap<Owner, string>,
): Promise<number> {
  const answers: { service: Deployable; exitCode: number }[] = [];
  for (const service of deployables)
    answers.push({ service, exitCode: await askBroker(broker, service, environment, versions) });
  const no = answers.filter(({ exitCode }) => exitCode !== 0).map(({ service }) => service);
  console.log(
    no.length === 0
      ? `\nyes: each service of the tree can be deployed to ${environment}`
      : `\nno: ${no.join(', ')} cannot be deployed to ${environment} now`,
  );
  return no.length === 0 ? 0 : 1;
}

/** Tells the broker that a service as it stands in the tree is deployed. Gives the exit code. */
export function recordInBroker(
  broker: Broker,
  service: Deployable,
  environment: string,
  versions: ReadonlyMap<Owner, string>,
): Promise<number> {
  const version = versions.get(service) ?? '';
  return runEach(
    broker,
    'record-deployment',
    participantsOf(service).map((name) => [
      '--pacticipant',
      name,
      '--version',
      version,
      '--environment',
      environment,
    ]),
  );
}

async function runEach(
  broker: Broker,
  command: string,
  all: readonly (readonly string[])[],
): Promise<number> {
  let worst = 0;
  for (const args of all) {
    console.log(`pact-broker ${command} ${args.join(' ')}`);
    const { exitCode, output } = await runPactBroker(broker, [command, ...args]);
    console.log(output);
    if (exitCode !== 0) worst = 1;
  }
  return worst;
}
