import { randomUUID } from 'node:crypto';
import { createDatabase, type DatabaseConfig } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createLogger } from '@ordermesh/chassis/log';
import type { ProviderStates } from '@ordermesh/chassis/provider-states';
import { z } from 'zod';
import { addProduct } from '../src/add-product.ts';
import { entities } from '../src/entities.ts';

const product = z.strictObject({
  name: z.string().default('A Product'),
  unitPrice: z.number().default(1500),
  stock: z.number().default(100),
});

/** What catalogs' consumers may ask to be so, made by catalogs' own use cases with the service's own account. */
export function createProviderStates(config: DatabaseConfig): ProviderStates {
  const identity = { service: 'catalogs', instance: 'provider-states' };
  const log = createLogger({ ...identity, level: 'silent' });
  const database = createDatabase({ config, entities, health: createHealth(identity), log });

  return {
    start: database.start,
    stop: database.stop,
    states: {
      'a product': async (parameters) => {
        const { id } = await addProduct(database, {
          id: `product-${randomUUID()}`,
          ...product.parse(parameters),
        });
        return { productId: id };
      },
    },
  };
}
