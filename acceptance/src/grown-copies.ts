import type { Connection } from 'mariadb';

type Column = { name: string; type: string; auto: number; unique: number };

/** The columns of a table, and which of them end a unique key: those have to differ from row to row. */
const columnsOf = (sql: Connection, database: string, table: string): Promise<Column[]> =>
  sql.query(
    `SELECT c.column_name AS name, c.data_type AS type, c.extra = 'auto_increment' AS auto,
       EXISTS (SELECT 1 FROM information_schema.statistics s
         WHERE s.table_schema = c.table_schema AND s.table_name = c.table_name AND s.column_name = c.column_name
           AND s.non_unique = 0 AND NOT EXISTS (SELECT 1 FROM information_schema.statistics t
             WHERE t.table_schema = s.table_schema AND t.table_name = s.table_name AND t.index_name = s.index_name
               AND t.seq_in_index > s.seq_in_index)) AS \`unique\`
     FROM information_schema.columns c WHERE c.table_schema = ? AND c.table_name = ? ORDER BY c.ordinal_position`,
    [database, table],
  );

/** The value of a column in the filler row number `seq`: as in some row that there is, where it need not differ. */
function filler(sql: Connection, { name, type, unique }: Column, live: string, userId: string): string {
  const isText = type.includes('char') || type.includes('text');
  if (unique) return isText ? `CONCAT('filler-', seq)` : '1000000000 + seq';
  if (type === 'datetime') return `TIMESTAMPADD(SECOND, -seq, NOW(3))`;
  if (name === 'user_id') return sql.escape(userId);
  return `COALESCE((SELECT \`${name}\` FROM ${live} LIMIT 1), ${isText ? `'x'` : '1'})`;
}

/**
 * Copies the tables of a database to another one, with their indexes and rows, and fills each up with so many more, all of
 * one user. The copies are in nobody's way: no service, no connector and no other test sees them.
 */
export async function growCopies(
  sql: Connection,
  { from, to, rows, userId }: { from: string; to: string; rows: number; userId: string },
): Promise<void> {
  await sql.query('SET SESSION sql_log_bin = 0, check_constraint_checks = 0');
  await sql.query(`CREATE OR REPLACE DATABASE ${to}`);
  const tables = await sql.query<{ name: string }[]>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_name <> 'migrations'`,
    [from],
  );
  for (const { name } of tables) {
    const [live, copy] = [`${from}.${name}`, `${to}.${name}`];
    await sql.query(`CREATE TABLE ${copy} LIKE ${live}`);
    await sql.query(`INSERT INTO ${copy} SELECT * FROM ${live}`);
    const columns = (await columnsOf(sql, from, name)).filter(({ auto }) => !auto);
    await sql.query(
      `INSERT INTO ${copy} (${columns.map((column) => `\`${column.name}\``).join(', ')})
       SELECT ${columns.map((column) => filler(sql, column, live, userId)).join(', ')} FROM ${to}.seq_1_to_${rows}`,
    );
    await sql.query(`ANALYZE TABLE ${copy}`);
  }
}
