import { databaseEnvironment, loadConfig } from '@ordermesh/chassis/config';
import { runMigrations } from '@ordermesh/chassis/database';
import { Products1763700000001 } from '../migrations/1763700000001-products.ts';
import { Stock1763700000002 } from '../migrations/1763700000002-stock.ts';
import { Reservations1763700000003 } from '../migrations/1763700000003-reservations.ts';
import { Movements1763700000004 } from '../migrations/1763700000004-movements.ts';
import { Restocks1763700000005 } from '../migrations/1763700000005-restocks.ts';
import { Outbox1763700000006 } from '../migrations/1763700000006-outbox.ts';
import { ReleaseReasons1763700000007 } from '../migrations/1763700000007-release-reasons.ts';

await runMigrations({
  config: loadConfig(databaseEnvironment),
  migrations: [
    Products1763700000001,
    Stock1763700000002,
    Reservations1763700000003,
    Movements1763700000004,
    Restocks1763700000005,
    Outbox1763700000006,
    ReleaseReasons1763700000007,
  ],
});
