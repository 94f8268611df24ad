import { z } from 'zod';
import { Failure } from '@ordermesh/stack/failure';
import { ownerOf, type Owner } from '../matrix/participants.ts';
import type { Verified } from '../verify-pacts.ts';
import type { Broker } from './config.ts';
import { callBroker } from './hal.ts';

const pactResource = z.object({
  _links: z.object({ 'pb:publish-verification-results': z.object({ href: z.string() }) }),
});

/** Where the broker keeps the pact that a version of a consumer published. */
export const pactUrl = (broker: Broker, consumer: string, provider: string, version: string) =>
  `${broker.url}/pacts/provider/${encodeURIComponent(provider)}/consumer/${encodeURIComponent(consumer)}/version/${encodeURIComponent(version)}`;

/**
 * Tells the broker what came of a verification. Pact's command line has no command for that, only its verifier, which
 * would have to verify everything a second time; this is the documented way that the verifier takes itself.
 */
export async function publishResult(
  broker: Broker,
  { pact, result }: Verified,
  versions: ReadonlyMap<Owner, string>,
): Promise<void> {
  const version = versions.get(ownerOf(pact.consumer)) ?? '';
  const published = pact.url ?? pactUrl(broker, pact.consumer, pact.provider, version);
  const resource = pactResource.safeParse(await callBroker(broker, published));
  if (!resource.success) throw new Failure(`${published} does not say where results are published`);
  await callBroker(broker, resource.data._links['pb:publish-verification-results'].href, {
    success: result.failures.length === 0,
    providerApplicationVersion: result.providerVersion,
    verifiedBy: { implementation: 'ordermesh pact:verify' },
    testResults: {
      tests: result.failures.map(({ interaction, reason }) => ({
        testDescription: interaction,
        status: 'failed',
        reason,
      })),
    },
  });
}
