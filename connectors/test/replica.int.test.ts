import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Connection } from 'mariadb';
import { envelope, withField, without } from './envelopes.ts';
import type { Field, Payload } from './envelopes.ts';
import { changeOffset, cli, closeAll, database, observe, readTopic, run, send, until } from './support.ts';

const topic = 'cdc.catalogs.products';
const columns = 'id, name, unit_price, CAST(created_at AS CHAR) created, CAST(updated_at AS CHAR) updated';
type Row = { id: string } & Payload;
jest.setTimeout(60_000);

let sql: Connection;

const rowsOf = (table: string): Promise<Row[]> =>
  sql.query(`SELECT ${columns} FROM ${table} WHERE id LIKE ? ORDER BY id`, [`${run}%`]);

/** Waits until the replica's rows of this run are those of the original. */
async function untilSame(what: string): Promise<Row[]> {
  let seen: unknown;
  return until(
    what,
    async () => {
      const [original, replica] = [await rowsOf('catalogs.products'), await rowsOf('orders.products')];
      seen = { original, replica };
      return JSON.stringify(original) === JSON.stringify(replica) && replica;
    },
    () => seen,
  );
}

const insert = (id: string, price = 100) =>
  sql.query(
    `INSERT INTO catalogs.products (id, name, unit_price, created_at, updated_at)
     VALUES (?, 'Ünï 🍣', ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
    [id, price],
  );

beforeAll(async () => {
  sql = await database();
});
afterAll(async () => {
  await sql.query('DELETE FROM catalogs.products WHERE id LIKE ?', [`${run}%`]);
  await sql.query('DELETE FROM orders.products WHERE id LIKE ?', [`${run}%`]);
  await closeAll();
}, 30_000);

test('the replica follows inserts, price changes and deletes', async () => {
  await insert(`${run}-a`);
  await insert(`${run}-b`);
  expect(await untilSame('two products')).toHaveLength(2);
  await sql.query('UPDATE catalogs.products SET unit_price = 9007199254740991 WHERE id = ?', [`${run}-a`]);
  expect((await untilSame('a new price'))[0]).toMatchObject({ unit_price: 9007199254740991 });
  await sql.query('DELETE FROM catalogs.products WHERE id = ?', [`${run}-b`]);
  expect(await untilSame('a product less')).toHaveLength(1);
});

test('a product that is deleted and comes back is there', async () => {
  const id = `${run}-phoenix`;
  for (let i = 0; i < 5; i++) {
    await insert(id, i);
    if (i < 4) await sql.query('DELETE FROM catalogs.products WHERE id = ?', [id]);
  }
  expect(await untilSame('the last of its lives')).toContainEqual(
    expect.objectContaining({ id, unit_price: 4 }),
  );
});

test('keys are plain product ids, and a delete is a tombstone that compaction knows', async () => {
  const id = `${run}-tomb`;
  const records = await readTopic(topic);
  await insert(id);
  await sql.query('DELETE FROM catalogs.products WHERE id = ?', [id]);
  const mine = () => records.filter(({ key }) => key === id);
  await until('insert and tombstone', () => Promise.resolve(mine().length >= 2), mine);
  expect(mine().map(({ value }) => value === null)).toEqual([false, true]);
});

test('a connector that was deleted and applied again goes on where it stopped, without a gap', async () => {
  const id = `${run}-resumed`;
  for (const name of ['catalogs-products-source', 'orders-products-sink']) {
    await insert(`${id}-${name}`);
    expect(await cli('delete', name)).toMatchObject({ code: 0 });
    await sql.query('UPDATE catalogs.products SET unit_price = 7 WHERE id = ?', [`${id}-${name}`]);
    expect(await cli('apply')).toMatchObject({ code: 0 });
    await untilSame(`the price that changed while ${name} was gone`);
  }
}, 120_000);

test('no event is passed over after a DDL statement, however many a start is told to pass over', async () => {
  const source = 'catalogs-products-source';
  await sql.query(`ALTER TABLE catalogs.products COMMENT '${run}'`);
  // What Debezium counts after half a minute in which nobody wrote.
  await changeOffset(source, (offset) => ({ ...offset, event: 20, row: 1 }));
  for (let i = 0; i < 5; i++) await insert(`${run}-after-ddl-${i}`);
  await untilSame('the products that came after the statement');
  await sql.query("ALTER TABLE catalogs.products COMMENT ''");
  expect(await cli('restart', source)).toMatchObject({ code: 0 });
  await insert(`${run}-after-ddl-last`);
  await untilSame('the product that came after another one');
}, 120_000);

test('columns added to the original reach the replica without stopping it', async () => {
  const observer = observe('orders-products-sink');
  const [plain, strict] = [`note_${run}`, `grade_${run}`];
  await insert(`${run}-wide`);
  await untilSame('the product');
  await sql.query(
    `ALTER TABLE catalogs.products ADD COLUMN ${plain} VARCHAR(20) NULL, ADD COLUMN ${strict} INT NOT NULL DEFAULT 0`,
  );
  try {
    await sql.query(`UPDATE catalogs.products SET ${plain} = 'seen', ${strict} = 3 WHERE id = ?`, [
      `${run}-wide`,
    ]);
    await until('the columns in the replica', async () => {
      const names: unknown[] = await sql.query(
        `SELECT 1 FROM information_schema.columns WHERE table_schema = 'orders' AND table_name = 'products'
         AND column_name IN (?, ?)`,
        [plain, strict],
      );
      if (names.length < 2) return false;
      const found: unknown[] = await sql.query(
        `SELECT 1 FROM orders.products WHERE id = ? AND ${plain} = 'seen' AND ${strict} = 3`,
        [`${run}-wide`],
      );
      return found.length === 1;
    });
    expect(await observer.stop()).toEqual(['RUNNING']);
  } finally {
    await sql.query(`ALTER TABLE catalogs.products DROP COLUMN ${plain}, DROP COLUMN ${strict}`);
    await insert(`${run}-narrow`);
    await untilSame('the product after the columns went');
    await sql.query(
      `ALTER TABLE orders.products DROP COLUMN IF EXISTS ${plain}, DROP COLUMN IF EXISTS ${strict}`,
    );
  }
}, 120_000);

describe('records that no source wrote', () => {
  const time = (field: string): Field => ({
    field,
    type: 'int64',
    name: 'io.debezium.time.Timestamp',
    version: 1,
  });
  const fields: Field[] = [
    { field: 'id', type: 'string' },
    { field: 'name', type: 'string' },
    { field: 'unit_price', type: 'int64' },
    time('created_at'),
    time('updated_at'),
  ];
  const product = (id: string, more: Payload = {}) => ({
    id,
    name: 'n',
    unit_price: 1,
    created_at: 0,
    updated_at: 0,
    ...more,
  });
  const bad = `${run}-bad`;
  const corpus: { what: string; key: string | null; value: string | null; says: RegExp }[] = [
    { what: 'no JSON', key: bad, value: 'x', says: /not one JSON document/ },
    { what: 'a tombstone without a key', key: null, value: null, says: /the key is null/ },
    {
      what: 'a tombstone with a key too long',
      key: 'k'.repeat(65),
      value: null,
      says: /the key is .*1\.\.64/,
    },
    { what: 'an empty key', key: '', value: null, says: /the key is ""/ },
    {
      what: 'a row without a key',
      key: null,
      value: envelope(fields, product(bad)),
      says: /the key is null/,
    },
    {
      what: 'a key that is not the id',
      key: `${run}-other`,
      value: envelope(fields, product(bad)),
      says: /is not the value's id/,
    },
    {
      what: 'no price',
      key: bad,
      value: envelope(without(fields, 'unit_price'), product(bad, { unit_price: undefined })),
      says: /unit_price is missing/,
    },
    {
      what: 'a negative price',
      key: bad,
      value: envelope(fields, product(bad, { unit_price: -1 })),
      says: /unit_price is -1/,
    },
    {
      what: 'a name too long',
      key: bad,
      value: envelope(fields, product(bad, { name: 'n'.repeat(201) })),
      says: /name is .*0\.\.200/,
    },
    {
      what: 'a change event',
      key: bad,
      value: envelope(fields, product(bad), { name: 'cdc.catalogs.products.Envelope' }),
      says: /change event/,
    },
    {
      what: 'a column that is a struct',
      key: bad,
      value: envelope(
        [...fields, { field: 'extra', type: 'struct', fields: [] }],
        product(bad, { extra: {} }),
      ),
      says: /cannot be added/,
    },
    {
      what: 'a column with a name of SQL',
      key: bad,
      value: envelope(
        withField(fields, { field: 'a` INT, DROP b', type: 'int32' }),
        product(bad, { 'a` INT, DROP b': 1 }),
      ),
      says: /cannot be added/,
    },
  ];

  test('are dead letters when they would not fit the table, and the next good one lands', async () => {
    const letters = await readTopic('orders-products-sink.dlq');
    const observer = observe('orders-products-sink');
    // The topic is compacted, so a record without a key does not even get in.
    const sendable = corpus.filter(({ key }) => key !== null);
    const { length } = corpus.filter(({ key }) => key === null);
    expect(length).toBe(2);
    await expect(send(topic, [{ value: 'x' }])).rejects.toThrow();
    await send(
      topic,
      sendable.map(({ key, value }, i) => ({
        key,
        value,
        partition: 0,
        headers: { malformed: `${run}-${i}` },
      })),
    );
    const good = `${run}-by-hand`;
    await send(topic, [{ key: good, value: envelope(fields, product(good)), partition: 0 }]);
    await until('the good one', async () => (await rowsOf('orders.products')).some(({ id }) => id === good));
    const letterOf = (i: number) => letters.find(({ headers }) => headers['malformed'] === `${run}-${i}`);
    await until('dead letters', () => Promise.resolve(sendable.every((_, i) => letterOf(i))));
    const wrong = sendable.flatMap(({ what, says }, i) => {
      const message = letterOf(i)?.headers['__connect.errors.exception.message'] ?? '';
      return says.test(message) ? [] : [{ what, message }];
    });
    expect(wrong).toEqual([]);
    expect(await observer.stop()).toEqual(['RUNNING']);
    await send(topic, [{ key: good, value: null, partition: 0 }]);
    await until('the tombstone', async () =>
      (await rowsOf('orders.products')).every(({ id }) => id !== good),
    );
  });
});
