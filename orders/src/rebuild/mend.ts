import type { Database, Sql } from '@ordermesh/chassis/database';
import { expected, findAmiss, findUnknown, findWrong, stillUnknown, stillWrong } from './compare.ts';
import { createCrew } from './crew.ts';
import { columns, shadow } from './shadow-table.ts';

/** Rows that are put in at once. */
const upsertedAtOnce = 1_000;
/** … while the next ones are looked for. */
const mendedSideBySide = 2;
/** Rows that are locked at once: the sink waits for those of them that it wants to write. */
const lockedAtOnce = 200;

// Rows take the way through this process because MariaDB (11.4) does not get INSERT … SELECT right on a table that has a
// BEFORE UPDATE trigger: it finds NULL in columns that hold a value.
type Values = Record<string, unknown>;

const insert = (sql: Sql, rows: Values[], names: readonly string[], more = ''): Promise<unknown> =>
  sql.batch(
    `INSERT INTO orders (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ${more}`,
    rows.map((row) => names.map((name) => row[name])),
  );

const expectedRow = columns.map((column) => `${expected(column)} AS ${column}`).join(', ');

/** Upserts the log's rows as the sink connector does: under the trigger, no row moves backwards. */
async function upsert(sql: Sql, orderIds: string[], updated: readonly string[] = columns): Promise<void> {
  const rows = await sql.query<Values[]>(
    `SELECT ${expectedRow} FROM ${shadow} r WHERE order_id IN (?) ORDER BY order_id`,
    [orderIds],
  );
  const updates = updated.map((column) => `${column} = VALUES(${column})`);
  await insert(sql, rows, columns, `ON DUPLICATE KEY UPDATE ${updates.join(', ')}`);
}

/** Adds rows that are missing and moves on those that are behind, whatever the sink does to them meanwhile. */
const moveOn = (sql: Sql, orderIds: string[]) => upsert(sql, orderIds, ['reason', 'updated_at', 'status']);

/** Puts the log's rows in the place of the live ones, past the trigger, which watches updates. The surrogate id stays. */
async function replace(sql: Sql, orderIds: string[]): Promise<void> {
  const taken = columns.map((column) =>
    column.endsWith('_at')
      ? `IF(r.times_told, ${expected(column)}, o.${column}) AS ${column}`
      : `${expected(column)} AS ${column}`,
  );
  const rows = await sql.query<Values[]>(
    `SELECT o.id, ${taken.join(', ')} FROM ${shadow} r JOIN orders o USING (order_id) WHERE r.order_id IN (?)`,
    [orderIds],
  );
  await sql.query('DELETE FROM orders WHERE order_id IN (?)', [orderIds]);
  await insert(sql, rows, ['id', ...columns]);
}

const lock = (sql: Sql, orderIds: string[]): Promise<unknown> =>
  sql.query('SELECT order_id FROM orders WHERE order_id IN (?) ORDER BY order_id FOR UPDATE', [orderIds]);

/** Walks through what `find` gives, page by page in the order of the ids. */
async function* pagesOf<T>(find: (after: string) => Promise<T[]>, idOf: (found: T) => string) {
  for (let after = '', page = await find(after); page.length > 0; page = await find(after)) {
    yield page;
    const [last] = page.slice(-1);
    if (last === undefined) return;
    after = idOf(last);
  }
}

/**
 * Rows that are missing are added, rows that are behind moved on; neither can undo what the sink writes meanwhile, so
 * nothing is locked. Only orders whose last record is no younger than `until`, for the others are still on their way.
 * Resolves to the counts; `wrong` are all that are there and differ, which is not mended here where it is more than the status.
 */
export async function addMissing(
  database: Pick<Database, 'sql' | 'transaction'>,
  { until, dryRun, onProgress }: { until: Date; dryRun: boolean; onProgress: (count: number) => void },
): Promise<{ missing: number; wrong: number }> {
  const counts = { missing: 0, wrong: 0 };
  const find = (after: string) => findAmiss(database.sql, { after, until, limit: upsertedAtOnce });
  const mending = createCrew(mendedSideBySide);
  for await (const page of pagesOf(find, ({ orderId }) => orderId)) {
    const ids = page.map(({ orderId }) => orderId);
    if (!dryRun) await mending.take(() => database.transaction((sql) => moveOn(sql, ids)));
    counts.missing += page.filter(({ missing }) => missing).length;
    counts.wrong += page.filter(({ missing }) => !missing).length;
    onProgress(counts.missing + counts.wrong);
  }
  await mending.done();
  return counts;
}

/**
 * Rows that contradict the log. Each is locked, so that the sink cannot move it meanwhile; then the log is read to its
 * end, so that it knows at least as much as the sink could have written; and what still differs then, even after an upsert,
 * is replaced. Whoever reads sees the row as it was or as the log has it.
 */
export async function replaceWrong(
  database: Pick<Database, 'sql' | 'transaction'>,
  { caughtUp }: { caughtUp: () => Promise<void> },
): Promise<number> {
  let replaced = 0;
  const find = (after: string) => findWrong(database.sql, { after, until: new Date(), limit: lockedAtOnce });
  for await (const ids of pagesOf(find, (orderId) => orderId)) {
    replaced += await database.transaction(async (sql) => {
      await lock(sql, ids);
      await caughtUp();
      const differing = await stillWrong(sql, ids);
      if (differing.length === 0) return 0;
      await upsert(sql, differing);
      const wrong = await stillWrong(sql, differing);
      if (wrong.length > 0) await replace(sql, wrong);
      return wrong.length;
    });
  }
  return replaced;
}

/** Rows that no record tells of. They are deleted only if that was asked for: the log may be what was lost. */
export async function pruneUnknown(
  database: Pick<Database, 'sql' | 'transaction'>,
  { caughtUp, prune }: { caughtUp: () => Promise<void>; prune: boolean },
): Promise<{ unknown: number; example: string | undefined }> {
  const found: { unknown: number; example: string | undefined } = { unknown: 0, example: undefined };
  const find = (after: string) => findUnknown(database.sql, { after, limit: lockedAtOnce });
  for await (const page of pagesOf(find, (orderId) => orderId)) {
    const unknown = await database.transaction(async (sql) => {
      if (prune) await lock(sql, page);
      await caughtUp();
      const ids = await stillUnknown(sql, page);
      if (prune && ids.length > 0) await sql.query('DELETE FROM orders WHERE order_id IN (?)', [ids]);
      return ids;
    });
    found.unknown += unknown.length;
    found.example ??= unknown[0];
  }
  return found;
}
