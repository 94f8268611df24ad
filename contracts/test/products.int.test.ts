import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from '@jest/globals';
import { productColumns, productRow } from '@ordermesh/catalogs/contract/products';
import type { Append } from '@ordermesh/chassis/appender';
import { definitionsFolder, readDefinition } from '@ordermesh/connectors';
import { waitFor } from '@ordermesh/stack/testing';
import { z } from 'zod';
import { createTableSource } from '../src/table-record.ts';
import { messageOf, verifyMessages } from '../src/verify-messages.ts';
import { readUntil, withDatabase } from './support/pipes.ts';

// The pact of the price replica is verified with what is derived from the table and the definition of the source
// connector. Here both are held to the record that the real Debezium makes of the very product that the pact is about.

const arrow = { consumer: 'orders-products-sink', provider: 'catalogs', kind: 'message' } as const;
const pactFile = join(import.meta.dirname, '../pacts/orders-products-sink-catalogs.json');
const pact = z
  .object({ interactions: z.array(z.object({ providerStates: z.array(z.object({ params: z.unknown() })) })) })
  .parse(JSON.parse(readFileSync(pactFile, 'utf8')));
const row = productRow(pact.interactions[0]?.providerStates[0]?.params);
const { id } = row;

let real: Append;
let deleted: Append;
let replicated: unknown;

beforeAll(async () => {
  const columns = Object.keys(row);
  await withDatabase(async (sql) => {
    await sql.query('DELETE FROM catalogs.products WHERE id = ?', [id]);
    await sql.beginTransaction();
    await sql.query(
      `INSERT INTO catalogs.products (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
      Object.values(row),
    );
    await sql.query('INSERT INTO catalogs.stock (product_id, initial, available) VALUES (?, 0, 0)', [id]);
    await sql.commit();
    try {
      real = await readUntil(['cdc.catalogs.products'], `the record of ${String(id)}`, (records) =>
        records.findLast(({ key, value }) => key === id && value !== null),
      );
      replicated = await waitFor(
        async () => {
          const rows: unknown[] = await sql.query('SELECT * FROM orders.products WHERE id = ?', [id]);
          return rows[0];
        },
        { what: 'the product in the replica', deadline: 60_000 },
      );
    } finally {
      await sql.query('DELETE FROM catalogs.products WHERE id = ?', [id]);
    }
    deleted = await readUntil(['cdc.catalogs.products'], `the deletion of ${String(id)}`, (records) => {
      const last = records.findLast(({ key }) => key === id);
      return last?.value === null ? last : undefined;
    });
    await waitFor(
      async () => {
        const rows: unknown[] = await sql.query('SELECT 1 FROM orders.products WHERE id = ?', [id]);
        return rows.length === 0;
      },
      { what: 'the product to be gone from the replica', deadline: 60_000 },
    );
  });
}, 200_000);

/** Without the defaults that the schema of a real record gives, and that no reader goes by. */
function withoutDefaults(record: Append): unknown {
  const value: unknown = JSON.parse(String(record.value), (name, inner: unknown) =>
    name === 'default' ? undefined : inner,
  );
  return { ...record, value };
}

test('the real records are as derived from the table and the definition of the source connector', () => {
  const products = createTableSource(
    readDefinition(join(definitionsFolder, 'catalogs-products-source.json')),
    productColumns,
  );
  expect(withoutDefaults(real)).toEqual(withoutDefaults(products.written(row)));
  expect(deleted).toEqual(products.deleted(row));
});

test('the pact of the replica holds for the real records', async () => {
  const { failures, interactions } = await verifyMessages({
    arrow,
    pactFile,
    alter: (description) => () => (messageOf(description).startsWith('the row') ? real : deleted),
  });
  expect(failures).toEqual([]);
  expect(interactions).toBe(pact.interactions.length);
});

test('the real sink writes the row that the pact is about', () => {
  expect(replicated).toMatchObject(row);
});
