import { databaseEnvironment, loadConfig } from '@ordermesh/chassis/config';
import { runMigrations } from '@ordermesh/chassis/database';
import { Orders1763600000001 } from '../migrations/1763600000001-orders.ts';
import { Products1763600000002 } from '../migrations/1763600000002-products.ts';
import { Probes1763600000003 } from '../migrations/1763600000003-probes.ts';
import { IdempotencyKeys1763600000004 } from '../migrations/1763600000004-idempotency-keys.ts';

await runMigrations({
  config: loadConfig(databaseEnvironment),
  migrations: [Orders1763600000001, Products1763600000002, Probes1763600000003, IdempotencyKeys1763600000004],
});
