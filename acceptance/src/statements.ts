import type { Connection } from 'mariadb';

/** A statement that an account has run, `?` where the driver sends values apart. */
export type Statement = { account: string; text: string };

/** Everything that these accounts send to the server while `work` is done, by the server's own general log. */
export async function statementsDuring(
  sql: Connection,
  accounts: readonly string[],
  work: () => Promise<unknown>,
): Promise<Statement[]> {
  await sql.query('TRUNCATE mysql.general_log');
  await sql.query("SET GLOBAL log_output = 'TABLE', GLOBAL general_log = ON");
  try {
    await work();
  } finally {
    await sql.query("SET GLOBAL general_log = OFF, GLOBAL log_output = 'FILE'");
  }
  const logged = await sql.query<Statement[]>(
    `SELECT DISTINCT SUBSTRING_INDEX(user_host, '[', 1) AS account, CONVERT(argument USING utf8mb4) AS text
     FROM mysql.general_log
     WHERE command_type IN ('Query', 'Prepare') AND SUBSTRING_INDEX(user_host, '[', 1) IN (?)`,
    [accounts],
  );
  await sql.query('TRUNCATE mysql.general_log');
  return logged;
}
