import { createPool, type Connection, type PoolConnection } from 'mariadb';
import { DataSource, type EntitySchema } from 'typeorm';
import { setTimeout as delay } from 'node:timers/promises';
import { isRetryableTransactionError } from './database-errors.ts';
import type { Health } from './health.ts';
import type { Logger } from './log.ts';
import type { Part } from './service.ts';
import { noTelemetry, type Telemetry } from './telemetry.ts';
import { inSpan, type SpanOptions } from './tracer.ts';
import { createTypeormDriver } from './typeorm-driver.ts';

export type DatabaseConfig = {
  DATABASE_HOST: string;
  DATABASE_PORT: number;
  DATABASE_NAME: string;
  DATABASE_USER: string;
  DATABASE_PASSWORD: string;
  DATABASE_POOL_SIZE: number;
};

/** The pool's and a transaction's common ground: statements with `?` placeholders, batches of them. */
export type Sql = Pick<Connection, 'query' | 'batch'>;

const transactionAttempts = 10;

function createDataSource(
  config: DatabaseConfig,
  driver: unknown,
  entities: EntitySchema[],
  migrations: Migration[],
) {
  return new DataSource({
    type: 'mariadb',
    driver,
    database: config.DATABASE_NAME,
    entities,
    migrations,
    migrationsTransactionMode: 'each',
    timezone: 'Z',
  });
}
type Migration = new () => {
  up(...args: never[]): Promise<unknown>;
  down(...args: never[]): Promise<unknown>;
};

// The driver reads and writes times in the process's own time zone, whatever its option `timezone` says (that one is
// the session's, for CURRENT_TIMESTAMP and the like). Every DATETIME is UTC.
process.env['TZ'] = 'UTC';

export function createDatabasePool(config: DatabaseConfig) {
  return createPool({
    host: config.DATABASE_HOST,
    port: config.DATABASE_PORT,
    database: config.DATABASE_NAME,
    user: config.DATABASE_USER,
    password: config.DATABASE_PASSWORD,
    connectionLimit: config.DATABASE_POOL_SIZE,
    // How long a request waits for the database before the client is told that it is unavailable.
    acquireTimeout: 4_000,
    connectTimeout: 2_000,
    // A server that went away without a word is noticed, or its answer would be waited for without end.
    keepAliveDelay: 5_000,
    timezone: 'Z',
    // Errors carry the statement into the log, never the values: emails and hashes have no place there.
    logParam: false,
    // A bulk statement that was prepared before its table was altered fails for ever on its connection (MariaDB 11.4,
    // with error 0), so none is kept: preparing costs a round trip per batch, not per row.
    prepareCacheLength: 0,
    // Money and counts are within 2^53-1 by rule; a number beyond it is an error, never a rounded one.
    bigIntAsNumber: true,
    insertIdAsNumber: true,
    checkNumberRange: true,
    // Without gap locks, batches that insert neighbouring keys do not deadlock.
    initSql: 'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  });
}

/**
 * The driver sends a batch's rows in one packet only while their types are the same by its own reckoning: integers up
 * to 2^31 are of one type, larger ones are doubles, and no row with a Date is ever of the same type as the one before
 * (mariadb 3.5.4), which makes a statement of each row. Sent like this they are, and integers stay exact.
 */
export function toBulkRows(values: unknown): unknown {
  if (Array.isArray(values)) return values.map(toBulkRows);
  if (values instanceof Date) return values.toISOString().replace('T', ' ').slice(0, -1);
  return Number.isSafeInteger(values) ? BigInt(Number(values)) : values;
}

/**
 * Statements of a transaction run one after the other, however they are started, and none after one that failed. The
 * driver alone does not see to that: a batch is prepared first and executed when the answer has come, so that it can
 * end up behind a statement that was started later, even behind the rollback, where it would be committed by itself.
 */
function inOrder(connection: PoolConnection): { sql: Sql; settled: () => Promise<unknown> } {
  let last: Promise<unknown> = Promise.resolve();
  function afterLast<T>(run: () => Promise<T>): Promise<T> {
    const next = last.then(run);
    last = next;
    next.catch(() => undefined);
    return next;
  }
  return {
    sql: {
      query: (statement, values) => afterLast(() => connection.query(statement, values)),
      batch: (statement, values) => afterLast(() => connection.batch(statement, toBulkRows(values))),
    },
    settled: () => last,
  };
}

/**
 * One pool for everything a service does in its database: `data` is TypeORM's DataSource for ordinary reads and
 * writes, `sql` runs raw and batched statements, `transaction` a unit of work.
 */
export function createDatabase(options: {
  config: DatabaseConfig;
  entities: EntitySchema[];
  health: Health;
  telemetry?: Telemetry;
  log: Logger;
}) {
  const { config, entities, health, telemetry = noTelemetry(), log } = options;
  const { tracer, metrics } = telemetry;
  const pool = createDatabasePool(config);
  const data = createDataSource(config, createTypeormDriver(pool), entities, []);
  const spanOptions: SpanOptions = {
    kind: 'client',
    attributes: { 'db.system.name': 'mariadb', 'db.namespace': config.DATABASE_NAME },
  };

  async function attempt<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const connection: PoolConnection = await pool.getConnection();
    const statements = inOrder(connection);
    try {
      await connection.beginTransaction();
      const result = await work(statements.sql);
      await statements.settled();
      await connection.commit();
      return result;
    } catch (error) {
      await statements.settled().catch(() => undefined);
      await connection.rollback().catch(() => connection.destroy());
      throw error;
    } finally {
      await connection.release();
    }
  }

  /**
   * Runs `work` in one transaction and commits it. Deadlocks, lock waits and snapshot conflicts run it again from
   * the start, so `work` must have no effect outside the transaction.
   */
  function transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return inSpan(tracer, `transaction ${config.DATABASE_NAME}`, spanOptions, () => untilCommitted(work));
  }

  async function untilCommitted<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    for (let number = 1; ; number++) {
      try {
        return await attempt(work);
      } catch (error) {
        if (!isRetryableTransactionError(error) || number === transactionAttempts) throw error;
        log.debug({ number }, 'transaction conflict, trying again');
        await delay(Math.random() * 5 * 2 ** number);
      }
    }
  }

  const connections = metrics.gauge({
    name: 'database_pool_connections',
    help: 'Connections of the pool in use and idle, and callers that wait for one',
    labelNames: ['state'],
  });
  metrics.onScrape(() => {
    connections.set({ state: 'active' }, pool.activeConnections());
    connections.set({ state: 'idle' }, pool.idleConnections());
    connections.set({ state: 'waiting' }, pool.taskQueueSize());
    return Promise.resolve();
  });

  health.add('database', async () => {
    await pool.query('SELECT 1');
    return true;
  });

  const part: Part = {
    name: 'database',
    start: async () => {
      await data.initialize();
    },
    stop: () => pool.end(),
  };
  return { ...part, data, sql: pool as Sql, transaction };
}
export type Database = ReturnType<typeof createDatabase>;

/** Applies what is missing of the migrations, one transaction each, and says which. Needs an account with DDL. */
export async function runMigrations(options: {
  config: DatabaseConfig;
  migrations: Migration[];
}): Promise<void> {
  const pool = createDatabasePool({ ...options.config, DATABASE_POOL_SIZE: 1 });
  const data = createDataSource(options.config, createTypeormDriver(pool), [], options.migrations);
  try {
    await data.initialize();
    for (const { name } of await data.runMigrations()) process.stdout.write(`applied ${name}\n`);
  } finally {
    await pool.end();
  }
}
