import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { Failure } from '@ordermesh/stack/failure';
import { readPact } from '../matrix/pact-file.ts';
import type { PactToVerify } from '../verify-pacts.ts';
import type { Broker } from './config.ts';
import { callBroker } from './hal.ts';

const index = z.object({
  _links: z.object({ 'pb:provider-pacts-for-verification': z.object({ href: z.string() }) }),
});
const forVerification = z.object({
  _embedded: z.object({
    pacts: z.array(
      z.object({ _links: z.object({ self: z.object({ href: z.string(), name: z.string().optional() }) }) }),
    ),
  }),
});

/** The pacts of all consumers of a provider that the broker knows to be deployed somewhere; written into a folder. */
export async function fetchDeployedPacts(
  broker: Broker,
  provider: string,
  folder: string,
): Promise<PactToVerify[]> {
  const start = index.safeParse(await callBroker(broker, broker.url));
  if (!start.success) throw new Failure(`${broker.url} is not the address of a Pact Broker`);
  const template = start.data._links['pb:provider-pacts-for-verification'].href;
  const list = forVerification.parse(
    await callBroker(broker, template.replace('{provider}', encodeURIComponent(provider)), {
      consumerVersionSelectors: [{ deployedOrReleased: true }],
      includePendingStatus: false,
    }),
  );
  mkdirSync(folder, { recursive: true });
  return Promise.all(
    list._embedded.pacts.map(async ({ _links: { self } }, at) => {
      const file = join(folder, `${provider}-${at}.json`);
      writeFileSync(file, JSON.stringify(await callBroker(broker, self.href)));
      return { ...readPact(file), deployedAs: self.name ?? self.href, url: self.href };
    }),
  );
}
