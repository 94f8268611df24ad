import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createDatabase } from '@ordermesh/chassis/database';
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
const secretsFile = z.object({ databases: z.object({ catalogs: z.string() }) });

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

/** The database of catalogs on the stack, through the service's own account. */
export const openDatabase = (poolSize = 5) =>
  createDatabase({
    config: {
      DATABASE_HOST: stack.mariadb.host,
      DATABASE_PORT: stack.mariadb.port,
      DATABASE_NAME: 'catalogs',
      DATABASE_USER: 'catalogs',
      DATABASE_PASSWORD: stack.databases.catalogs,
      DATABASE_POOL_SIZE: poolSize,
    },
    entities,
    health,
    log,
  });
export type TestDatabase = ReturnType<typeof openDatabase>;

const run = randomInt(1e9, 1e10);
let made = 0;
export const unique = (name: string) => `${name}-${run}-${++made}`;

/** Removes what the tests of this file wrote, so that the books of whatever else runs on the stack stay balanced. */
export async function cleanUp({ sql }: TestDatabase): Promise<void> {
  const ours = [`%-${run}-%`];
  await sql.query('DELETE FROM reservations WHERE product_id LIKE ?', ours);
  await sql.query('DELETE FROM movements WHERE product_id LIKE ?', ours);
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
  return { available, reserved, moved };
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
