import { createConnection, SqlError } from 'mariadb';
import { text } from 'node:stream/consumers';
import { databases, ownerOf } from './accounts.ts';
import { splitDataOption } from './data-option.ts';
import { Failure, runMain } from './failure.ts';
import { usage } from './options.ts';
import { layout } from './paths.ts';
import { passwordOf, readPasswords } from './secrets.ts';
import { requireRunningStack } from './stack-file.ts';

const help = `npm run -s sql -- [--data DIR] DATABASE ["STATEMENT"]

Runs SQL on a database of the running stack and prints the rows as tab-separated lines, without a header; NULL is \\N,
and a tab, newline or backslash within a value is \\t, \\n or \\\\. Without STATEMENT it is read from standard input.
DATABASE is one of ${databases.join(', ')}.`;

type Query = { host: string; port: number; user: string; password: string; database: string; sql: string };

async function print({ sql, ...server }: Query): Promise<void> {
  const connection = await createConnection({
    ...server,
    connectTimeout: 5000,
    multipleStatements: true,
    rowsAsArray: true,
    // Every value as the server writes it: no rounding, no time zone.
    typeCast: (column) => column.string(),
  });
  // A reader such as head that has seen enough is no error.
  process.stdout.on('error', () => process.exit(0));
  try {
    const result: unknown = await connection.query(sql);
    for (const rows of isRowSet(result) ? [result] : Array.isArray(result) ? result : []) {
      if (!isRowSet(rows)) continue;
      for (const row of rows) process.stdout.write(`${row.map(escape).join('\t')}\n`);
    }
  } finally {
    await connection.end();
  }
}

/** A set of rows carries its columns as `meta`; several statements give an array of results. */
const isRowSet = (result: unknown): result is (string | null)[][] =>
  Array.isArray(result) && 'meta' in result && (result.length === 0 || Array.isArray(result[0]));

const escapes: Record<string, string> = { '\t': '\\t', '\n': '\\n', '\r': '\\r', '\\': '\\\\', '\0': '\\0' };

const escape = (value: string | null): string =>
  value === null ? '\\N' : value.replace(/[\t\n\r\\\0]/g, (character) => escapes[character] ?? character);

await runMain(async () => {
  const { data, rest } = splitDataOption(process.argv.slice(2));
  const [name, statement, ...more] = rest;
  if (name === '--help' || name === '-h') {
    console.log(help);
    return 0;
  }
  const database = databases.find((each) => each === name);
  if (!database)
    throw usage(
      name === undefined ? 'name a database' : `there is no database "${name}", only ${databases.join(', ')}`,
    );
  if (more.length > 0) throw usage('put the statement in quotes');
  const stack = requireRunningStack(data);
  const sql = statement ?? (await text(process.stdin));
  if (sql.trim() === '') throw usage('the statement is empty');
  const user = ownerOf(database);
  try {
    await print({
      ...stack.mariadb,
      user,
      password: passwordOf(readPasswords(layout(data).secrets), user),
      database,
      sql,
    });
  } catch (error) {
    throw error instanceof SqlError
      ? new Failure(error.sqlMessage ?? error.message, { cause: error })
      : error;
  }
  return 0;
});
