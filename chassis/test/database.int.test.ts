import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { createDatabasePool } from '@ordermesh/chassis/database';
import { z } from 'zod';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(join(process.env['ORDERMESH_DATA'] ?? '', name), 'utf8'));
const { mariadb } = z
  .object({ mariadb: z.object({ host: z.string(), port: z.number() }) })
  .parse(read('stack.json'));
const { databases } = z
  .object({ databases: z.object({ reports_sink: z.string() }) })
  .parse(read('secrets.json'));

const pool = createDatabasePool({
  DATABASE_HOST: mariadb.host,
  DATABASE_PORT: mariadb.port,
  DATABASE_NAME: 'reports',
  DATABASE_USER: 'reports_sink',
  DATABASE_PASSWORD: databases.reports_sink,
  DATABASE_POOL_SIZE: 1,
});
const table = `counts_${randomUUID().replaceAll('-', '')}`;
afterAll(async () => {
  await pool.query(`DROP TABLE IF EXISTS ${table}`);
  await pool.end();
});

test('a batch still works on a connection that ran it before its table was altered', async () => {
  await pool.query(`CREATE TABLE ${table} (id INT PRIMARY KEY, n INT NOT NULL)`);
  await pool.query(`INSERT INTO ${table} VALUES (1, 0), (2, 0)`);
  const add = () =>
    pool.batch(`UPDATE ${table} SET n = n + ? WHERE id = ?`, [
      [1, 1],
      [1, 2],
    ]);
  await add();
  await pool.query(`ALTER TABLE ${table} ADD COLUMN shelf VARCHAR(10) NOT NULL DEFAULT ''`);
  await add();
  expect(await pool.query(`SELECT id, n FROM ${table} ORDER BY id`)).toEqual([
    { id: 1, n: 2 },
    { id: 2, n: 2 },
  ]);
});
