import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabasePool } from '@ordermesh/chassis/database';
import { z } from 'zod';

const stackFile = z.object({
  graphql: z.string(),
  kafkaBrokers: z.string(),
  mariadb: z.object({ host: z.string(), port: z.number() }),
});
const secretsFile = z.object({
  databases: z.object({ orders: z.string(), orders_owner: z.string(), orders_sink: z.string() }),
  gatewaySigningSecret: z.string(),
});
export type Account = 'orders' | 'orders_owner' | 'orders_sink';

/** The stack that the tests run on: the folder that ORDERMESH_DATA names. */
export function readStack() {
  const dir = process.env['ORDERMESH_DATA'];
  if (!dir) throw new Error('ORDERMESH_DATA must name the folder of a running stack; `npm test` sets it');
  const read = (name: string): unknown => JSON.parse(readFileSync(join(dir, name), 'utf8'));
  return { ...stackFile.parse(read('stack.json')), ...secretsFile.parse(read('secrets.json')) };
}
export type Stack = ReturnType<typeof readStack>;

/** The database of orders on the stack, as one of its accounts sees it. */
export const databaseOf = (stack: Stack, account: Account, poolSize = 4) => ({
  DATABASE_HOST: stack.mariadb.host,
  DATABASE_PORT: stack.mariadb.port,
  DATABASE_NAME: 'orders',
  DATABASE_USER: account,
  DATABASE_PASSWORD: stack.databases[account],
  DATABASE_POOL_SIZE: poolSize,
});

export const poolOf = (stack: Stack, account: Account) => createDatabasePool(databaseOf(stack, account));
export type Pool = ReturnType<typeof poolOf>;

export type Row = {
  order_id: string;
  user_id: string;
  product_id: string;
  qty: number;
  unit_price: number;
  total_price: number;
  status: string;
  reason: string | null;
  created_at: Date;
  updated_at: Date;
};

/** Rows written as the sink connector writes them: INSERT … ON DUPLICATE KEY UPDATE of every column. */
export async function upsert(pool: Pool, rows: Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  await pool.batch(
    `INSERT INTO orders (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
     ON DUPLICATE KEY UPDATE ${columns.map((column) => `${column} = VALUES(${column})`).join(', ')}`,
    rows.map((row) => Object.values(row)),
  );
}
