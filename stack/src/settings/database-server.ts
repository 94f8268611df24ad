import { adminAccount, passwordOf } from '../secrets.ts';
import type { Secrets } from '../secrets.ts';

/** MariaDB's options, the same wherever it runs; an empty value is a switch. */
export const databaseServerSettings: Record<string, string> = {
  'skip-name-resolve': '',
  'skip-ssl': '', // nobody else is on its network; making a key would take seconds
  'server-id': '1',
  'log-bin': 'binlog',
  'binlog-format': 'ROW',
  'binlog-row-image': 'FULL',
  'binlog-expire-logs-seconds': '2592000', // 30 days: outbox connectors read the binlog from its start
  'log-bin-trust-function-creators': '1',
  'sync-binlog': '1',
  'innodb-flush-log-at-trx-commit': '1',
  'innodb-buffer-pool-size': '128M',
  'innodb-log-file-size': '96M',
  // Engines that only the server's own tables use: by default each sets 128 MB aside.
  'aria-pagecache-buffer-size': '8M',
  'key-buffer-size': '1M',
  'max-connections': '300',
  'max-allowed-packet': '64M',
  'character-set-server': 'utf8mb4',
  'collation-server': 'utf8mb4_general_ci',
  'default-time-zone': '+00:00',
};

/** The server runs this at every start (--init-file), so that the stack can always log in with the password that it holds. */
export function adminAccountSql(secrets: Secrets): string {
  const account = `'${adminAccount}'@'%' IDENTIFIED BY '${passwordOf(secrets, adminAccount)}'`;
  const lines = [
    'SET SESSION sql_log_bin = 0;',
    `CREATE USER IF NOT EXISTS ${account};`,
    `ALTER USER ${account};`,
    `GRANT ALL PRIVILEGES ON *.* TO '${adminAccount}'@'%' WITH GRANT OPTION;`,
  ];
  return `${lines.join('\n')}\n`;
}
