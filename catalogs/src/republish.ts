import { databaseEnvironment, loadConfig } from '@ordermesh/chassis/config';
import { createDatabase } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createLogger } from '@ordermesh/chassis/log';
import { withTrace } from '@ordermesh/chassis/trace';
import { republishReservations } from './republish-reservations.ts';

// Publishes the events of all reservations anew: the mend when the binlog was lost before the connector had read it.

const identity = { service: 'catalogs', instance: 'republish' };
const database = createDatabase({
  config: { ...loadConfig(databaseEnvironment), DATABASE_POOL_SIZE: 1 },
  entities: [],
  health: createHealth(identity),
  log: createLogger({ ...identity, level: 'silent' }),
});
try {
  const { reservations, events } = await withTrace(undefined, () => republishReservations(database));
  process.stdout.write(`${events} events of ${reservations} reservations published anew\n`);
} catch (error) {
  process.stderr.write(`republish: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await database.stop();
}
