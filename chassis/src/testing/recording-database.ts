import type { Database, Sql } from '../database.ts';

type Row = Record<string, unknown>;

/** What a statement would write: the rows that it inserts by column, or its text and, for each run of it, its values. */
export type Write = { into: string; rows: Row[] } | { statement: string; values: unknown };

/**
 * Stands for the database where there is none: it answers `SELECT … FROM table WHERE column IN (?)` from these rows (by
 * table, named by column) and keeps what a transaction writes, in order, without doing it. Whether statements are what
 * MariaDB takes, and what locks and constraints make of them, it cannot tell: that is for tests on a real one.
 */
export function createRecordingDatabase(tables: Record<string, Row[]>) {
  const written: Write[] = [];

  const database: Pick<Database, 'transaction'> = {
    transaction: async (work) => {
      const writes: Write[] = [];
      const result = await work(recordingSql(tables, writes));
      written.push(...writes);
      return result;
    },
  };

  return {
    database,
    written,
    /** The rows that were inserted into a table. */
    inserted: (table: string) =>
      written.flatMap((write) => ('into' in write && write.into === table ? write.rows : [])),
    /** The other statements, except for those that empty the outbox again. */
    changes: () =>
      written.filter((write) => 'statement' in write && !write.statement.startsWith('DELETE FROM outbox')),
    /** The events that were put into the outbox. */
    published() {
      return this.inserted('outbox').map(({ id, type, aggregate_id: key, traceparent, payload }) => {
        const fields: unknown = JSON.parse(String(payload));
        return { id, type, key, traceparent, payload: fields };
      });
    },
  };
}

function recordingSql(tables: Record<string, Row[]>, writes: Write[]): Sql {
  const run = (given: unknown, values: unknown) => {
    const statement = String(given).replaceAll(/\s+/g, ' ').trim();
    if (statement.startsWith('SELECT')) return select(tables, statement, values);
    writes.push(toWrite(statement, values));
    return [];
  };
  // What a statement answers is its caller's word, with the driver too.
  return {
    query: <T>(statement: unknown, values?: unknown) => Promise.resolve(run(statement, values) as T),
    batch: <T>(statement: unknown, values?: unknown) => Promise.resolve(run(statement, values) as T),
  };
}

function select(tables: Record<string, Row[]>, statement: string, values: unknown): Row[] {
  const [, list = '', table = '', column = ''] =
    /^SELECT (.+) FROM (\w+) WHERE (\w+) IN \(\?\)(?: ORDER BY \w+)?(?: FOR UPDATE)?$/.exec(statement) ?? [];
  const rows = tables[table];
  const [wanted]: unknown[] = Array.isArray(values) ? values : [];
  if (!rows || !Array.isArray(wanted)) throw new Error(`there is no answer for ${statement}`);
  const columns = list.split(', ').map((each) => each.split(' AS '));
  return rows
    .filter((row) => wanted.includes(row[column]))
    .map((row) => Object.fromEntries(columns.map(([name = '', alias = name]) => [alias, row[name]])));
}

function toWrite(statement: string, values: unknown): Write {
  const [, into, list = ''] = /^INSERT INTO (\w+) \(([^)]+)\) VALUES/.exec(statement) ?? [];
  if (into === undefined || !Array.isArray(values)) return { statement, values };
  const columns = list.split(', ');
  const rows = values.map((row: unknown[]) =>
    Object.fromEntries(columns.map((name, i): [string, unknown] => [name, row[i]])),
  );
  return { into, rows };
}
