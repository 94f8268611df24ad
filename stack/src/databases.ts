import { createConnection } from 'mariadb';
import type { Connection } from 'mariadb';
import { accounts, databases } from './accounts.ts';
import { adminAccount, passwordOf } from './secrets.ts';
import type { Passwords } from './secrets.ts';

/** A MariaDB server, by default on this machine, and the passwords of its accounts. */
export type DatabaseServer = { host?: string; port: number; secrets: Passwords };

export const connectAs = (
  { host = '127.0.0.1', port, secrets }: DatabaseServer,
  user: string,
  database?: string,
): Promise<Connection> =>
  createConnection({
    host,
    port,
    user,
    password: passwordOf(secrets, user),
    ...(database ? { database } : {}),
    timezone: 'Z',
    connectTimeout: 3000,
    insertIdAsNumber: true,
    bigIntAsNumber: true,
  });

/** Runs work on a connection as the administrator. */
export async function asAdmin<T>(
  server: DatabaseServer,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connectAs(server, adminAccount);
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}

/** Creates databases and accounts, with the rights that need no table; harmless when they exist. */
export async function createDatabases(server: DatabaseServer): Promise<void> {
  await asAdmin(server, async (connection) => {
    for (const database of databases)
      await connection.query(
        `CREATE DATABASE IF NOT EXISTS ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin`,
      );
    // The binlog is for the connectors: passwords have no place in it.
    await connection.query('SET SESSION sql_log_bin = 0');
    for (const { name, grants } of accounts) {
      const password = passwordOf(server.secrets, name);
      await connection.query(`CREATE USER IF NOT EXISTS '${name}'@'%' IDENTIFIED BY '${password}'`);
      await connection.query(`ALTER USER '${name}'@'%' IDENTIFIED BY '${password}'`);
      for (const { privileges, on, table } of grants)
        if (!table) await connection.query(`GRANT ${privileges} ON ${on} TO '${name}'@'%'`);
    }
  });
}

/** The rights on single tables, given after the migrations; tables that do not exist are passed over. */
export async function grantOnTables(server: DatabaseServer): Promise<void> {
  await asAdmin(server, async (connection) => {
    await connection.query('SET SESSION sql_log_bin = 0');
    const existing = await connection.query<{ name: string }[]>(
      'SELECT CONCAT(table_schema, ".", table_name) AS name FROM information_schema.tables',
    );
    const names = new Set(existing.map((row) => row.name));
    for (const account of accounts)
      for (const { privileges, on, table } of account.grants)
        if (table && names.has(on))
          await connection.query(`GRANT ${privileges} ON ${on} TO '${account.name}'@'%'`);
  });
}
