import type { Connection } from 'mariadb';

/**
 * Tables of several sizes, of which one at a time takes the place of the live one: a rename takes a moment, and so
 * rounds with few and with many rows can alternate. No connector sees any of it (sql_log_bin = 0).
 */
export type Sized = { rows: number; tables: string[] };

const copyName = (table: string, rows: number) => `${table}_of_${rows}`;
const setAside = (table: string) => `${table}_set_aside`;

export async function makeTables(
  sql: Connection,
  { rows, tables }: Sized,
  fill: (table: string, copy: string) => string,
): Promise<void> {
  await sql.query('SET SESSION sql_log_bin = 0');
  for (const table of tables) {
    const copy = copyName(table, rows);
    await sql.query(`CREATE TABLE ${copy} LIKE ${table}`);
    await sql.query(fill(table, copy));
    await sql.query(`ANALYZE TABLE ${copy}`);
  }
}

/** Runs `work` while the tables of this size are in the place of the live ones. */
export async function inPlace<T>(
  sql: Connection,
  { rows, tables }: Sized,
  work: () => Promise<T>,
): Promise<T> {
  const rename = (pairs: [string, string][]) =>
    sql.query(`RENAME TABLE ${pairs.map(([from, to]) => `${from} TO ${to}`).join(', ')}`);
  const swap = tables.flatMap((table): [string, string][] => [
    [table, setAside(table)],
    [copyName(table, rows), table],
  ]);
  await rename(swap);
  try {
    return await work();
  } finally {
    await rename(swap.map(([from, to]): [string, string] => [to, from]).toReversed());
  }
}
