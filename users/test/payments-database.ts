import { randomUUID } from 'node:crypto';
import { createDatabase, createDatabasePool } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createLogger } from '@ordermesh/chassis/log';
import { entities } from '../src/entities.ts';
import { runScript, type Stack } from './running-users.ts';

const identity = { service: 'users', instance: 'test' };
export const silent = createLogger({ ...identity, level: 'silent' });

/**
 * A database of users to itself on the stack's server, out of sight of its connectors: what is published here would be
 * news of orders that no other service knows. A trigger keeps what goes through the outbox, in its order.
 */
export async function createPaymentsDatabase(stack: Stack) {
  const name = `users_test_${randomUUID().slice(0, 8)}`;
  const server = {
    DATABASE_HOST: stack.mariadb.host,
    DATABASE_PORT: stack.mariadb.port,
    DATABASE_USER: 'stack_admin',
    DATABASE_PASSWORD: stack.databases.stack_admin,
    DATABASE_POOL_SIZE: 10,
  };
  const environment = { ...server, DATABASE_NAME: name };
  const admin = createDatabasePool({ ...server, DATABASE_NAME: 'mysql', DATABASE_POOL_SIZE: 1 });
  await admin.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`);
  const migrated = await runScript('src/migrate.ts', environment);
  if (migrated.exitCode !== 0) throw new Error(migrated.errors);
  await admin.query(
    `CREATE TABLE ${name}.published (position BIGINT AUTO_INCREMENT PRIMARY KEY, id VARCHAR(64), type VARCHAR(64),
       aggregate_id VARCHAR(64), payload LONGTEXT, traceparent VARCHAR(64))`,
  );
  await admin.query(
    `CREATE TRIGGER ${name}.keep_published AFTER INSERT ON ${name}.outbox FOR EACH ROW
       INSERT INTO ${name}.published (id, type, aggregate_id, payload, traceparent)
       VALUES (NEW.id, NEW.type, NEW.aggregate_id, NEW.payload, NEW.traceparent)`,
  );

  const opened: { stop(): Promise<void> }[] = [];
  /** One more instance's way to the database, with a pool of its own. */
  async function open(poolSize = 5) {
    const database = createDatabase({
      config: { ...environment, DATABASE_POOL_SIZE: poolSize },
      entities,
      health: createHealth(identity),
      log: silent,
    });
    await database.start();
    opened.push(database);
    return database;
  }
  const database = await open();
  const rows = async <T>(sql: string, values?: unknown[]): Promise<T[]> =>
    Array.from(await database.sql.query<T[]>(sql, values));

  return {
    environment,
    database,
    open,
    rows,
    /** A user whose wallet was given this much. */
    async addUser(balance: number): Promise<string> {
      const id = randomUUID();
      await database.transaction(async (sql) => {
        await sql.query(
          `INSERT INTO accounts (id, email, email_key, name, password_hash, role, created_at)
           VALUES (?, ?, ?, 'Ada', 'none', 'customer', NOW(3))`,
          [id, id, id],
        );
        await sql.query('INSERT INTO wallets (user_id, balance, deposited) VALUES (?, ?, ?)', [
          ...[id, balance, balance],
        ]);
        if (balance > 0)
          await sql.query(
            "INSERT INTO ledger (user_id, kind, amount, reference, created_at) VALUES (?, 'DEPOSIT', ?, 'first', NOW(3))",
            [id, balance],
          );
      });
      return id;
    },
    /** All that there is, in a fixed order, to be compared with itself later. */
    state: async () => ({
      payments: await rows('SELECT * FROM payments ORDER BY order_id'),
      wallets: await rows('SELECT * FROM wallets ORDER BY user_id'),
      ledger: await rows('SELECT * FROM ledger ORDER BY id'),
      outbox: await rows('SELECT * FROM outbox'),
    }),
    published: () =>
      rows<{ id: string; type: string; orderId: string; payload: string; traceparent: string | null }>(
        'SELECT id, type, aggregate_id AS orderId, payload, traceparent FROM published ORDER BY position',
      ),
    async drop(): Promise<void> {
      await Promise.all(opened.map((each) => each.stop()));
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}
export type PaymentsDatabase = Awaited<ReturnType<typeof createPaymentsDatabase>>;
