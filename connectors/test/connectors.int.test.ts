import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Connection } from 'mariadb';
import { apply, readDefinition, watch } from '../src/index.ts';
import { envelope } from './envelopes.ts';
import { cli, closeAll, connect, createTopic, database, run, send, until } from './support.ts';

jest.setTimeout(60_000);

let sql: Connection;
beforeAll(async () => {
  sql = await database();
});
afterAll(closeAll, 30_000);

const example = (name: string) => new URL(`../examples/${name}.json`, import.meta.url).pathname;
const named = async (name: string) => (await connect.connectors()).find((each) => each.name === name);

test('applying twice changes nothing the second time', async () => {
  await apply({ connect });
  const before = await connect.connectors();
  const again = await apply({ connect });
  expect(again).toMatchObject({ created: [], updated: [], deleted: [], halted: [] });
  expect(again.unchanged).toEqual(
    expect.arrayContaining(['catalogs-products-source', 'orders-products-sink', 'orders-sink']),
  );
  expect(before.filter(({ name }) => again.unchanged.includes(name))).toEqual(again.connectors);
});

describe('the command line', () => {
  test('lists connectors as a table and as JSON', async () => {
    const table = await cli('list');
    expect(table).toMatchObject({ code: 0, err: '' });
    expect(table.out).toMatch(/^CONNECTOR +TYPE +STATE +TASKS +MANAGED +FROM → TO/);
    expect(table.out).toMatch(
      /^orders-sink +sink +RUNNING +1\/1 +yes +orders, orders\.probes → database orders/m,
    );
    const json: unknown = JSON.parse((await cli('list', '--json')).out);
    expect(json).toContainEqual(
      expect.objectContaining({
        name: 'orders-sink',
        type: 'sink',
        state: 'RUNNING',
        managed: true,
        to: ['database orders'],
      }),
    );
  });

  test('pauses and resumes', async () => {
    expect(await cli('pause', 'orders-products-sink')).toMatchObject({ code: 0 });
    await until('paused', async () =>
      (await named('orders-products-sink'))?.tasks.every((task) => task.state === 'PAUSED'),
    );
    expect((await cli('apply')).out).toMatch(/orders-products-sink is paused/);
    expect(await cli('resume', 'orders-products-sink')).toMatchObject({ code: 0 });
    await until('running', async () => (await cli('status', 'orders-products-sink')).code === 0);
  });

  test.each([
    [['restart', 'nobody'], /there is no connector nobody: there are .*orders-sink/],
    [['status', 'nobody'], /there is no connector nobody/],
    [['create', new URL('../package.json', import.meta.url).pathname], /package\.json: .*config: /],
    [
      ['create', new URL('../definitions/orders-sink.json', import.meta.url).pathname],
      /orders-sink is the name of a connector that apply manages/,
    ],
  ])('%j fails in one line', async (args, message) => {
    const { code, out, err } = await cli(...args);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(message);
    expect(err.trim()).not.toContain('\n');
  });
});

test('the examples carry any table to a topic and on to a table that follows its columns; apply leaves them alone', async () => {
  const product = `${run}-stock`;
  const column = `aisle_${run}`;
  const inReports = (condition: string) =>
    until(`${condition} in reports.stock`, async () => {
      const rows = await sql
        .query<unknown[]>(`SELECT 1 FROM reports.stock WHERE product_id = ? AND ${condition}`, [product])
        .catch(() => []);
      return rows.length === 1;
    });
  await sql.query(
    `INSERT INTO catalogs.products (id, name, unit_price, created_at, updated_at)
     VALUES (?, 'example', 1, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
    [product],
  );
  await sql.query(
    'INSERT INTO catalogs.stock (product_id, initial, restocked, available, reserved, sold, moved) VALUES (?, 7, 0, 7, 0, 0, 0)',
    [product],
  );
  try {
    expect(await cli('create', example('reports-stock-source'))).toMatchObject({ code: 0 });
    expect(await cli('create', example('reports-stock-sink'))).toMatchObject({ code: 0 });
    await inReports('available = 7');
    const again = await cli('create', example('reports-stock-sink'));
    expect(again).toMatchObject({ code: 1 });
    expect(again.err).toMatch(/there is a connector reports-stock-sink already: delete it first/);

    await apply({ connect });
    expect([await named('reports-stock-source'), await named('reports-stock-sink')]).toMatchObject([
      { state: 'RUNNING', type: 'source' },
      { state: 'RUNNING', type: 'sink' },
    ]);
    await sql.query(`ALTER TABLE catalogs.stock ADD COLUMN ${column} VARCHAR(10) NOT NULL DEFAULT ''`);
    await sql.query(
      `UPDATE catalogs.stock SET available = 6, moved = 1, ${column} = 'A1' WHERE product_id = ?`,
      [product],
    );
    await inReports(`available = 6 AND ${column} = 'A1'`);
    await sql.query('DELETE FROM catalogs.stock WHERE product_id = ?', [product]);
    await until('the row gone from reports.stock', async () => {
      const rows: unknown[] = await sql.query('SELECT 1 FROM reports.stock WHERE product_id = ?', [product]);
      return rows.length === 0;
    });
  } finally {
    await sql.query('DELETE FROM catalogs.stock WHERE product_id = ?', [product]);
    await sql.query('DELETE FROM catalogs.products WHERE id = ?', [product]);
    await sql.query(`ALTER TABLE catalogs.stock DROP COLUMN IF EXISTS ${column}`);
    await cli('delete', 'reports-stock-source');
    await cli('delete', 'reports-stock-sink');
    await sql.query('DROP TABLE IF EXISTS reports.stock');
  }
  expect(await named('reports-stock-sink')).toBeUndefined();
}, 120_000);

test('the example’s sink adds a column that its source demands without a default, as a nullable one', async () => {
  const name = `strict-${run}`;
  await createTopic(name);
  const { config } = readDefinition(example('reports-stock-sink'));
  const file = join(mkdtempSync(join(tmpdir(), 'own-')), 'own.json');
  const own = {
    'delete.enabled': false,
    topics: name,
    'collection.name.format': name,
    'primary.key.mode': 'record_value',
    'primary.key.fields': 'product_id',
  };
  writeFileSync(file, JSON.stringify({ name, config: { ...config, ...own } }));
  const id = { field: 'product_id', type: 'string' };
  const shelf = { field: 'shelf', type: 'int32', optional: false };
  const place = { field: 'place', type: 'string', optional: false };
  try {
    expect(await cli('create', file)).toMatchObject({ code: 0 });
    await send(name, [
      { value: envelope([id, shelf], { product_id: 'a', shelf: 1 }) },
      { value: envelope([id, shelf, place], { product_id: 'b', shelf: 2, place: 'x' }) },
      { value: envelope([id, shelf], { product_id: 'c', shelf: 3 }) },
    ]);
    let rows: unknown[] = [];
    await until(
      'three rows',
      async () => {
        rows = await sql.query<unknown[]>(`SELECT * FROM reports.\`${name}\` ORDER BY 1`).catch(() => []);
        return rows.length === 3;
      },
      () => rows,
    );
    expect(rows).toEqual([
      { product_id: 'a', shelf: 1, place: null },
      { product_id: 'b', shelf: 2, place: 'x' },
      { product_id: 'c', shelf: 3, place: null },
    ]);
  } finally {
    await cli('delete', name);
    await sql.query(`DROP TABLE IF EXISTS reports.\`${name}\``);
  }
}, 120_000);

test('a task that FAILED is restarted with back-off, and what it could not write is written once it can', async () => {
  const name = `own-${run}`;
  await createTopic(name);
  await sql.query(`CREATE TABLE reports.\`${name}\` (id VARCHAR(64) PRIMARY KEY)`);
  const file = join(mkdtempSync(join(tmpdir(), 'own-')), 'own.json');
  const config = {
    'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
    topics: name,
    'connection.url': 'jdbc:mariadb://${env:MARIADB_HOST}:${env:MARIADB_PORT}/reports',
    'connection.username': 'reports_sink',
    'connection.password': '${env:REPORTS_SINK_PASSWORD}',
    'insert.mode': 'upsert',
    'primary.key.mode': 'record_value',
    'primary.key.fields': 'id',
    'quote.identifiers': true,
    'collection.name.format': name,
    'value.converter': 'dev.ordermesh.connect.StrictJsonConverter',
  };
  writeFileSync(file, JSON.stringify({ name, config }));
  const stop = new AbortController();
  const log: string[] = [];
  try {
    expect(await cli('create', file)).toMatchObject({ code: 0 });
    await until('running', async () => (await cli('status', name)).code === 0);
    const fields = [
      { field: 'id', type: 'string' },
      { field: 'extra', type: 'string', optional: true },
    ];
    await send(name, [{ value: envelope(fields, { id: '1', extra: 'x' }) }]);
    // The sink tells of a failure at its next put.
    // Seen in one look: the stack's own watch restarts the task, which fails again for as long as the column is missing.
    let status: Awaited<ReturnType<typeof cli>> | undefined;
    await until(
      'the failure with its cause',
      async () => {
        status = await cli('status', name);
        return (
          status.code === 1 &&
          /FAILED .*(because schema evolution is disabled|Cannot alter table)/.test(status.out)
        );
      },
      () => status,
    );

    const watching = watch({
      connect,
      log: (line) => void log.push(line),
      signal: stop.signal,
      interval: 200,
    });
    await until(
      'a restart',
      () => Promise.resolve(log.some((line) => line.startsWith(`${name}: task 0 FAILED`))),
      () => log,
    );
    await sql.query(`ALTER TABLE reports.\`${name}\` ADD COLUMN extra TEXT`);
    await until(
      'the row',
      async () => {
        const rows: unknown[] = await sql.query(`SELECT 1 FROM reports.\`${name}\` WHERE extra = 'x'`);
        return rows.length === 1;
      },
      () => log,
    );
    await until('running again', async () => (await cli('status', name)).code === 0);
    stop.abort();
    await watching;
  } finally {
    stop.abort();
    await cli('delete', name);
    await sql.query(`DROP TABLE reports.\`${name}\``);
  }
}, 180_000);
