import type { Database, Sql } from '@ordermesh/chassis/database';
import type { OrderRow } from '../envelope.ts';
import { mayBecome } from './status.ts';

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
  /** Of the topic `orders`: its partition. */
  partition?: number;
  /** Typed so late that the sink may yet refuse it. */
  doubted?: boolean;
};

export const shadow = 'orders_rebuilt';

/**
 * The table as the log has it, beside the live one: without indexes that only readers need, but under the very trigger
 * of the live one. `times_told` says whether the log tells the times of a row (a typed envelope need not).
 *
 * The sink writes what the topic `orders` says, so that topic alone says what a row is that it knows (`in_rows`), in the
 * order in which the sink reads it. An order that only orders.events knows is what its events make; of one that both
 * know, `event_status` and the two columns after it keep how far its events are. Rows of the topic `orders` with one
 * id in several partitions have no order among each other (`scattered`).
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
      ADD COLUMN recorded_at DATETIME(3) NOT NULL,
      ADD COLUMN in_rows BOOLEAN NOT NULL,
      ADD COLUMN in_partition INT NOT NULL,
      ADD COLUMN rows_at DATETIME(3) NOT NULL,
      ADD COLUMN scattered BOOLEAN NOT NULL DEFAULT FALSE,
      ADD COLUMN doubted BOOLEAN NOT NULL,
      ADD COLUMN event_status VARCHAR(16) NULL,
      ADD COLUMN event_reason VARCHAR(64) NULL,
      ADD COLUMN event_updated_at DATETIME(3) NULL`);
  const [trigger] = await sql.query<{ statement: string }[]>(
    `SELECT action_statement AS statement FROM information_schema.triggers
     WHERE trigger_schema = DATABASE() AND event_object_table = 'orders' AND trigger_name = 'orders_status'`,
  );
  if (!trigger) {
    throw new Error(
      'the table orders has lost its trigger orders_status: rename the table away and rebuild it as one that is lost',
    );
  }
  // The first row of the topic `orders` takes the place of what events made: to the sink it was the first of all.
  await sql.query(
    `CREATE TRIGGER ${shadow}_status BEFORE UPDATE ON ${shadow} FOR EACH ROW
     IF OLD.in_rows = NEW.in_rows THEN ${trigger.statement}; END IF`,
  );
}

export const dropShadowTable = ({ sql }: Pick<Database, 'sql'>): Promise<unknown> =>
  sql.query(`DROP TABLE IF EXISTS ${shadow}`);

const isTime = (column: Column) => column.endsWith('_at');
const isStatus = (column: Column) => ['status', 'reason', 'updated_at'].includes(column);

const kept = [
  ...(['times_told', 'recorded_at', 'in_rows', 'in_partition', 'rows_at', 'doubted'] as const),
  ...(['event_status', 'event_reason', 'event_updated_at'] as const),
];
const insert = `INSERT INTO ${shadow} (${[...columns, ...kept].join(', ')})
  VALUES (${[...columns, ...kept].map(() => '?').join(', ')}) ON DUPLICATE KEY UPDATE`;
const later = 'recorded_at = GREATEST(recorded_at, VALUES(recorded_at))';

// An assignment sees those before it, so what is asked about is assigned last.
const eventStatement = `${insert} ${[
  ...columns.map((column) => `${column} = IF(in_rows, ${column}, VALUES(${column}))`),
  ...(['event_reason', 'event_updated_at', 'event_status'] as const).map(
    (column) =>
      `${column} = IF(event_status IS NULL OR ${mayBecome('event_status', 'VALUES(event_status)')},
        VALUES(${column}), ${column})`,
  ),
  later,
].join(', ')}`;

/** Upserts as the sink connector does it: an update touches only the columns that the record tells. */
function rowStatement(told: readonly Column[]): string {
  // Across partitions the time is the best guess of which the sink read last.
  const last = '(in_partition = VALUES(in_partition) OR VALUES(rows_at) >= rows_at)';
  const assigned = columns.map((column) => {
    const ifTold = isStatus(column) || isTime(column) ? 'TRUE' : last;
    const taken = told.includes(column) ? `NOT in_rows OR ${ifTold}` : 'NOT in_rows';
    return `${column} = IF(${taken}, VALUES(${column}), ${column})`;
  });
  return `${insert} ${[
    ...assigned,
    'times_told = IF(in_rows, times_told, VALUES(times_told))',
    'scattered = scattered OR (in_rows AND in_partition <> VALUES(in_partition))',
    'doubted = doubted OR VALUES(doubted)',
    `rows_at = IF(${last}, VALUES(rows_at), rows_at)`,
    'in_partition = IF(VALUES(rows_at) = rows_at, VALUES(in_partition), in_partition)',
    later,
    'in_rows = TRUE',
  ].join(', ')}`;
}

const statementFor = (row: Row) => (row.partition === undefined ? eventStatement : rowStatement(row.told));

function valuesOf(row: Row): unknown[] {
  const recordedAt = new Date(row.recordedAt);
  const isEvent = row.partition === undefined;
  return [
    ...columns.map((column) =>
      column === 'created_at' || column === 'updated_at' ? new Date(row[column]) : row[column],
    ),
    row.told.includes('created_at') && row.told.includes('updated_at') ? 1 : 0,
    recordedAt,
    isEvent ? 0 : 1,
    row.partition ?? -1,
    // Before any row of the topic `orders`, whenever that was typed.
    isEvent ? new Date(0) : recordedAt,
    row.doubted ? 1 : 0,
    ...(isEvent ? [row.status, row.reason, new Date(row.updated_at)] : [null, null, null]),
  ];
}

const tellTheSame = (one: Row | undefined, other: Row | undefined): boolean =>
  one?.told === other?.told || one?.told.join() === other?.told.join();

/** Consecutive rows that tell the same columns go in one statement; their order is kept. */
function* runsOf(rows: Row[]): Generator<Row[]> {
  for (let from = 0, to = 0; from < rows.length; from = to) {
    while (to < rows.length && tellTheSame(rows[from], rows[to])) to++;
    yield rows.slice(from, to);
  }
}

async function writeRun(sql: Sql, run: Row[]): Promise<void> {
  const [first] = run;
  if (first) await sql.batch(statementFor(first), run.map(valuesOf));
}

/** Writes rows in their order, in one transaction. */
export async function writeShadow(database: Pick<Database, 'transaction'>, rows: Row[]): Promise<void> {
  if (rows.length === 0) return;
  await database.transaction(async (sql) => {
    for (const run of runsOf(rows)) await writeRun(sql, run);
  });
}
