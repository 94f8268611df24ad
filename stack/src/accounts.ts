export const databases = ['users', 'catalogs', 'orders', 'reports'] as const;

type Grant = {
  privileges: string;
  on: string;
  /** A grant on a table can be given only once a migration has made the table. */
  table?: { database: string; name: string };
};

/** A database account: which rights it has, and nothing beyond them. */
export type Account = { name: string; grants: Grant[] };

const all = (database: string): Grant => ({ privileges: 'ALL PRIVILEGES', on: `${database}.*` });
const select = (database: string): Grant => ({ privileges: 'SELECT', on: `${database}.*` });
const rows = (database: string): Grant => ({
  privileges: 'SELECT, INSERT, UPDATE, DELETE',
  on: `${database}.*`,
});
const table = (database: string, name: string, privileges: string): Grant => ({
  privileges,
  on: `${database}.${name}`,
  table: { database, name },
});
/** What a Debezium source needs; MariaDB gives these for the whole server only. */
const binlog: Grant = { privileges: 'REPLICATION SLAVE, REPLICATION CLIENT', on: '*.*' };

export const accounts: Account[] = [
  // Migrations run as the owner; the services themselves change rows only.
  { name: 'users_owner', grants: [all('users')] },
  { name: 'catalogs_owner', grants: [all('catalogs')] },
  { name: 'orders_owner', grants: [all('orders')] },
  { name: 'users', grants: [rows('users')] },
  { name: 'catalogs', grants: [rows('catalogs')] },
  // Orders and the price replica are written by Kafka Connect alone.
  {
    name: 'orders',
    grants: [select('orders'), table('orders', 'idempotency_keys', 'INSERT, UPDATE, DELETE')],
  },
  {
    name: 'orders_sink',
    grants: [
      table('orders', 'orders', 'SELECT, INSERT, UPDATE'),
      table('orders', 'probes', 'SELECT, INSERT, UPDATE'),
    ],
  },
  // ALTER: a column added to catalogs.products reaches the replica by itself.
  {
    name: 'orders_products_sink',
    grants: [table('orders', 'products', 'SELECT, INSERT, UPDATE, DELETE, ALTER')],
  },
  { name: 'catalogs_cdc', grants: [binlog, select('catalogs')] },
  { name: 'users_cdc', grants: [binlog, select('users')] },
  // For connectors of one's own: from any table of catalogs or orders into tables of the database reports.
  { name: 'reports_source', grants: [binlog, select('catalogs'), select('orders')] },
  { name: 'reports_sink', grants: [all('reports')] },
];

/** The account with full rights on a database, for `npm run -s sql`. */
export const ownerOf = (database: (typeof databases)[number]): string =>
  database === 'reports' ? 'reports_sink' : `${database}_owner`;
