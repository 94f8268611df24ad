import { fileURLToPath } from 'node:url';
import { serviceEnvironment } from '@ordermesh/chassis/config';
import { z } from 'zod';

/** Where a subgraph listens. Only scheme, host and port count: `/graphql` and `/health` are at fixed paths. */
const address = z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin);

export const environment = serviceEnvironment.extend({
  USERS_URL: address,
  CATALOGS_URL: address,
  /** One or more, comma separated: the instances share the requests. */
  ORDERS_URLS: z
    .string()
    .transform((list) => list.split(',').map((url) => url.trim()))
    .pipe(z.array(address).min(1)),
  /** The file made by `npm run supergraph`. */
  SUPERGRAPH: z
    .string()
    .min(1)
    .default(fileURLToPath(new URL('../../contracts/supergraph.graphql', import.meta.url))),
});
