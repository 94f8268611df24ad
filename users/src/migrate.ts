import { databaseEnvironment, loadConfig } from '@ordermesh/chassis/config';
import { runMigrations } from '@ordermesh/chassis/database';
import { AccountsWalletsLedger1795132800000 } from '../migrations/1795132800000-accounts-wallets-ledger.ts';
import { PaymentsOutbox1795219200000 } from '../migrations/1795219200000-payments-outbox.ts';

await runMigrations({
  config: loadConfig(databaseEnvironment),
  migrations: [AccountsWalletsLedger1795132800000, PaymentsOutbox1795219200000],
});
