import { databaseEnvironment, kafkaEnvironment, loadConfig } from '@ordermesh/chassis/config';
import { createDatabase } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createKafka } from '@ordermesh/chassis/kafka';
import { createLogger } from '@ordermesh/chassis/log';
import { parseArgs } from 'node:util';
import { createProgress } from './rebuild/progress.ts';
import { rebuildOrders } from './rebuild/rebuild-orders.ts';
import { reportText } from './rebuild/report.ts';
import { hasTable, makeTable, takeTurn } from './rebuild/prepare.ts';

// Rebuilds the table orders from the log, with the account of the database's owner; what it may be asked for is said by
// `npm run -s rebuild -- --help`.

const config = loadConfig(databaseEnvironment.extend(kafkaEnvironment.shape));
const { values } = parseArgs({
  options: { 'dry-run': { type: 'boolean', default: false }, prune: { type: 'boolean', default: false } },
});
const identity = { service: 'orders', instance: 'rebuild' };
const log = createLogger({ ...identity, level: 'silent' });
const database = createDatabase({
  config: { ...config, DATABASE_POOL_SIZE: 5 },
  entities: [],
  health: createHealth(identity),
  log,
});
const kafka = createKafka({ brokers: config.KAFKA_BROKERS, clientId: 'orders-rebuild', log });
const progress = createProgress();
// The shadow table is dropped first thing by the next run, and offsets are kept nowhere: nothing has to be undone.
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    progress.clear();
    process.stderr.write('interrupted\n');
    process.exit(130);
  });
}
try {
  await database.start?.();
  const endTurn = await takeTurn(config);
  const { 'dry-run': dryRun, prune } = values;
  const found = await hasTable(database);
  if (dryRun && !found) {
    process.stdout.write('the table orders is missing; nothing was changed\n');
  } else {
    if (!found) await makeTable(database);
    const report = await rebuildOrders({ database, kafka, dryRun, prune, progress: progress.show });
    progress.clear();
    process.stdout.write(reportText(report, { dryRun, prune }));
  }
  await endTurn();
} catch (error) {
  progress.clear();
  process.stderr.write(`rebuild: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await database.stop?.();
}
// A client that lost its broker may hold on to a socket.
process.exit();
