import { Failure } from '@ordermesh/stack/failure';
import { ownerOf } from '../matrix/participants.ts';
import type { Tree } from '../matrix/tree.ts';
import type { Broker } from './config.ts';
import { runPactBroker } from './pact-cli.ts';

/** Publishes the pacts of the tree, each under the version of the service that its consumer is released with. */
export async function publishPacts(
  broker: Broker,
  { pacts, versions }: Pick<Tree, 'pacts' | 'versions'>,
): Promise<void> {
  const byOwner = Map.groupBy(pacts, ({ consumer }) => ownerOf(consumer));
  for (const [owner, each] of byOwner) {
    const version = versions.get(owner) ?? '';
    const files = each.map(({ file }) => file);
    const { exitCode, output } = await runPactBroker(broker, [
      'publish',
      ...files,
      '--consumer-app-version',
      version,
    ]);
    if (exitCode !== 0) throw new Failure(`the pacts of ${owner} ${version} were not published: ${output}`);
  }
}
