import type { Database, Sql } from '@ordermesh/chassis/database';
import type { OrderRow } from '../envelope.ts';

/** The columns of a row that come from the log. */
export const columns = [
  ...(['order_id', 'user_id', 'product_id', 'qty', 'unit_price', 'total_price'] as const),
  ...(['status', 'reason', 'created_at', 'updated_at'] as const),
];
export type Column = (typeof columns)[number];

/** A row, and which of its columns its record tells; the others are what the table would take by itself. */
export type Row = OrderRow & {
  told: readonly Column[];
  /** When its record was appended, in Unix milliseconds. */
  recordedAt: number;
};

export const shadow = 'orders_rebuilt';

/**
 * The table as the log has it, beside the live one: without indexes that only readers need, but under the very trigger
 * of the live one, so that the rules of what a status may become are written down once. `times_told` says whether the
 * log tells the times of a row (a typed envelope need not).
 */
export async function createShadowTable({ sql }: Pick<Database, 'sql'>): Promise<void> {
  await sql.query(`DROP TABLE IF EXISTS ${shadow}`);
  await sql.query(`CREATE TABLE ${shadow} LIKE orders`);
  const indexes = await sql.query<{ name: string }[]>(
    `SELECT DISTINCT index_name AS name FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = ? AND index_name <> 'PRIMARY'`,
    [shadow],
  );
  await sql.query(`
    ALTER TABLE ${shadow}
      ${indexes.map(({ name }) => `DROP INDEX \`${name}\`,`).join(' ')}
      DROP COLUMN id,
      ADD PRIMARY KEY (order_id),
      ADD COLUMN times_told BOOLEAN NOT NULL,
      ADD COLUMN recorded_at DATETIME(3) NOT NULL`);
  const [trigger] = await sql.query<{ statement: string }[]>(
    `SELECT action_statement AS statement FROM information_schema.triggers
     WHERE trigger_schema = DATABASE() AND event_object_table = 'orders' AND trigger_name = 'orders_status'`,
  );
  if (!trigger) {
    throw new Error(
      'the table orders has lost its trigger orders_status: rename the table away and rebuild it as one that is lost',
    );
  }
  await sql.query(
    `CREATE TRIGGER ${shadow}_status BEFORE UPDATE ON ${shadow} FOR EACH ROW ${trigger.statement}`,
  );
}

export const dropShadowTable = ({ sql }: Pick<Database, 'sql'>): Promise<unknown> =>
  sql.query(`DROP TABLE IF EXISTS ${shadow}`);

/** Upserts as the sink connector does it: an update touches only the columns that the record tells. */
function statementFor(told: readonly Column[]): string {
  const all = [...columns, 'times_told', 'recorded_at'];
  return `
    INSERT INTO ${shadow} (${all.join(', ')}) VALUES (${all.map(() => '?').join(', ')})
    ON DUPLICATE KEY UPDATE ${told.map((column) => `${column} = VALUES(${column})`).join(', ')},
      recorded_at = GREATEST(recorded_at, VALUES(recorded_at))`;
}

const valuesOf = (row: Row): unknown[] => [
  ...columns.map((column) =>
    column === 'created_at' || column === 'updated_at' ? new Date(row[column]) : row[column],
  ),
  row.told.includes('created_at') && row.told.includes('updated_at') ? 1 : 0,
  new Date(row.recordedAt),
];

/** Consecutive rows that tell the same columns go in one statement; their order is kept. */
function* runsOf(rows: Row[]): Generator<Row[]> {
  for (let from = 0, to = 0; from < rows.length; from = to) {
    const told = rows[from]?.told.join();
    while (to < rows.length && rows[to]?.told.join() === told) to++;
    yield rows.slice(from, to);
  }
}

async function writeRun(sql: Sql, run: Row[]): Promise<void> {
  const [first] = run;
  if (first) await sql.batch(statementFor(first.told), run.map(valuesOf));
}

/** Writes rows in their order, in one transaction. */
export async function writeShadow(database: Pick<Database, 'transaction'>, rows: Row[]): Promise<void> {
  if (rows.length === 0) return;
  await database.transaction(async (sql) => {
    for (const run of runsOf(rows)) await writeRun(sql, run);
  });
}
