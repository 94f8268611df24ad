import { spawn } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase, createDatabasePool, type DatabaseConfig } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createKafka } from '@ordermesh/chassis/kafka';
import { createLogger } from '@ordermesh/chassis/log';
import { z } from 'zod';
import { addProduct } from '../src/add-product.ts';
import { entities, StockEntity, type Stock } from '../src/entities.ts';

const stackFile = z.object({
  kafkaBrokers: z.string(),
  mariadb: z.object({ host: z.string(), port: z.number() }),
});
const secretsFile = z.object({ databases: z.object({ catalogs: z.string(), stack_admin: z.string() }) });

/** The stack that the tests run on: the folder that ORDERMESH_DATA names. */
function readStack() {
  const dir = process.env['ORDERMESH_DATA'];
  if (!dir) throw new Error('ORDERMESH_DATA must name the folder of a running stack; `npm test` sets it');
  const read = (name: string): unknown => JSON.parse(readFileSync(join(dir, name), 'utf8'));
  return { ...stackFile.parse(read('stack.json')), ...secretsFile.parse(read('secrets.json')) };
}

const stack = readStack();
export const log = createLogger({
  service: 'catalogs',
  instance: 'test',
  level: process.env['TEST_LOG_LEVEL'] ?? 'silent',
});
export const health = createHealth({ service: 'catalogs', instance: 'test' });
export const kafka = createKafka({
  brokers: stack.kafkaBrokers.split(','),
  clientId: 'catalogs-test',
  log,
});

const server = { DATABASE_HOST: stack.mariadb.host, DATABASE_PORT: stack.mariadb.port };
const open = (config: DatabaseConfig) => createDatabase({ config, entities, health, log });

/** The database of catalogs on the stack, through the service's own account. */
export const openDatabase = (poolSize = 5) =>
  open({
    ...server,
    DATABASE_NAME: 'catalogs',
    DATABASE_USER: 'catalogs',
    DATABASE_PASSWORD: stack.databases.catalogs,
    DATABASE_POOL_SIZE: poolSize,
  });
export type TestDatabase = ReturnType<typeof openDatabase>;

/** Runs a script of this folder to its end. */
export async function runScript(script: string, environment: Record<string, string | number>) {
  const values = Object.entries(environment).map(([name, value]) => [name, String(value)]);
  const child = spawn(process.execPath, [join(import.meta.dirname, '..', script)], {
    env: { PATH: process.env['PATH'] ?? '', ...Object.fromEntries(values) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [output, errors] = ['', ''];
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  child.stderr.on('data', (chunk) => (errors += String(chunk)));
  await once(child, 'close');
  return { exitCode: child.exitCode, output, errors };
}

/**
 * A database of catalogs to a test's own on the stack's server, out of sight of its connectors: what is published here
 * would be news of orders that no other service knows. A trigger keeps what goes through the outbox, in its order.
 */
export async function createOwnDatabase(poolSize = 10) {
  const name = `catalogs_test_${randomUUID().slice(0, 8)}`;
  const account = { DATABASE_USER: 'stack_admin', DATABASE_PASSWORD: stack.databases.stack_admin };
  const environment = { ...server, ...account, DATABASE_NAME: name, DATABASE_POOL_SIZE: poolSize };
  const admin = createDatabasePool({ ...environment, DATABASE_NAME: 'mysql', DATABASE_POOL_SIZE: 1 });
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
  const database = open(environment);
  await database.start();
  const rows = async <T>(query: string, values?: unknown[]): Promise<T[]> =>
    Array.from(await database.sql.query<T[]>(query, values));
  return {
    environment,
    database,
    rows,
    published: () =>
      rows<{ id: string; type: string; orderId: string; payload: string; traceparent: string | null }>(
        'SELECT id, type, aggregate_id AS orderId, payload, traceparent FROM published ORDER BY position',
      ),
    /** All that there is, in a fixed order, to be compared with itself later. */
    state: async () => ({
      reservations: await rows('SELECT * FROM reservations ORDER BY order_id'),
      stock: await rows('SELECT * FROM stock ORDER BY product_id'),
      movements: await rows('SELECT * FROM movements ORDER BY id'),
      published: await rows('SELECT COUNT(*) FROM published'),
      outbox: await rows('SELECT * FROM outbox'),
    }),
    async drop(): Promise<void> {
      await database.stop();
      await admin.query(`DROP DATABASE ${name}`);
      await admin.end();
    },
  };
}
export type OwnDatabase = Awaited<ReturnType<typeof createOwnDatabase>>;

const run = randomInt(1e9, 1e10);
let made = 0;
export const unique = (name: string) => `${name}-${run}-${++made}`;

/** Removes what the tests of this file wrote, so that the books of whatever else runs on the stack stay balanced. */
export async function cleanUp({ sql }: TestDatabase): Promise<void> {
  const ours = [`%-${run}-%`];
  await sql.query('DELETE FROM restocks WHERE user_id LIKE ?', ours);
  await sql.query('DELETE FROM products WHERE id LIKE ?', ours);
}

/** Adds a product of its own to a test, and says its id. */
export async function addStock(database: TestDatabase, stock: number, unitPrice = 1_500): Promise<string> {
  const id = unique('TEST');
  await addProduct(database, { id, name: 'Test', unitPrice, stock });
  return id;
}

/** The counts of a product; the invariant holds whenever one looks. */
export async function countsOf(database: TestDatabase, productId: string): Promise<Partial<Stock>> {
  const { initial, restocked, available, reserved, sold, moved } = await database.data
    .getRepository(StockEntity)
    .findOneByOrFail({ productId });
  if (initial + restocked !== available + reserved + sold + moved) throw new Error('stock was lost or made');
  return { available, reserved, sold, moved };
}

/** Waits until `seen()` equals `expected`; on a miss says what was seen last. */
export async function eventually<T>(seen: () => T | Promise<T>, expected: T, withinMs = 20_000) {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const last = JSON.stringify(await seen());
    if (last === JSON.stringify(expected)) return;
    if (Date.now() > deadline) {
      throw new Error(`expected ${JSON.stringify(expected)} within ${withinMs} ms, last saw ${last}`);
    }
    await delay(50);
  }
}
