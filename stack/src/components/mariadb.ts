import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MariadbServer } from '../installer/mariadb-server.ts';
import { systemTables } from '../installer/mariadb-server.ts';
import { Failure, saysDiskFull } from '../failure.ts';
import type { Layout } from '../paths.ts';
import { asAdmin } from '../databases.ts';
import type { Secrets } from '../secrets.ts';
import { adminAccountSql, databaseServerSettings } from '../settings/database-server.ts';
import { explainLog } from '../supervisor/explain-log.ts';
import { ownerVariable } from '../supervisor/process-group.ts';
import type { ChildSpec } from '../supervisor/child.ts';

type Config = { server: MariadbServer; layout: Layout; port: number; secrets: Secrets };

const asRoot = process.getuid?.() === 0 ? ['--user=root'] : [];

const marker = (layout: Layout) => join(layout.mariadb, 'ordermesh-initialized');

/** Data of the downloaded server stays with it: the machine's own may be older, and a server never reads newer data. */
export const needsBundledServer = (layout: Layout): boolean =>
  existsSync(marker(layout)) && readFileSync(marker(layout), 'utf8') === 'bundled';

/** Makes the system tables when the data folder has none; an initialization that was interrupted begins anew. */
export async function initializeMariadb({ server, layout }: Config): Promise<void> {
  const done = marker(layout);
  if (existsSync(done)) return;
  rmSync(layout.mariadb, { recursive: true, force: true });
  mkdirSync(join(layout.mariadb, 'mysql'), { recursive: true, mode: 0o700 });
  const args = ['--no-defaults', '--bootstrap', ...asRoot, `--datadir=${layout.mariadb}`];
  const { code, log } = await feed(
    server.mariadbd,
    [...args, `--lc-messages-dir=${server.share}`, '--log-warnings=0', '--max-allowed-packet=8M'],
    systemTablesSql(server.share),
    layout.dir,
  );
  if (code !== 0) {
    if (saysDiskFull(log)) throw new Failure('the disk is full: MariaDB could not make its system tables');
    throw new Failure(
      `MariaDB could not make its system tables (exit code ${code}): ${explainLog(log) ?? ''}`,
    );
  }
  writeFileSync(done, server.bundled ? 'bundled' : 'system');
}

/** As mariadb-install-db does, but without anonymous accounts, without root and without the help texts. */
function systemTablesSql(share: string): string {
  const scripts = systemTables.map((names) => {
    const name = names.find((each) => existsSync(join(share, each)));
    if (!name) throw new Failure(`${share} lacks ${names[0]}: the MariaDB installation is incomplete`);
    return readFileSync(join(share, name), 'utf8');
  });
  return [
    'use mysql;',
    'SET @skip_auth_anonymous_user=1;',
    'SET @auth_root_socket=NULL;',
    ...scripts,
    'use mysql;',
    "DELETE FROM global_priv WHERE User<>'mariadb.sys';",
    '',
  ].join('\n');
}

function feed(
  command: string,
  args: string[],
  input: string,
  dataDir: string,
): Promise<{ code: number | null; log: string }> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, [ownerVariable]: dataDir };
    const child = spawn(command, args, { env, stdio: ['pipe', 'ignore', 'pipe'] });
    let log = '';
    child.stderr.on('data', (chunk: Buffer) => (log = (log + chunk.toString()).slice(-65_536)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, log }));
    child.stdin.on('error', () => undefined); // it ended early: its exit code tells
    child.stdin.end(input);
  });
}

export function mariadbChild({ server, layout, port, secrets }: Config): ChildSpec {
  const initFile = join(layout.config, 'mariadb-init.sql');
  writeFileSync(initFile, adminAccountSql(secrets), { mode: 0o600 });
  const inData = (name: string) => join(layout.mariadb, name);
  return {
    name: 'mariadb',
    port,
    command: server.mariadbd,
    cwd: layout.mariadb,
    args: [
      '--no-defaults', // nothing from the machine's my.cnf
      ...asRoot,
      `--datadir=${layout.mariadb}`,
      `--lc-messages-dir=${server.share}`,
      `--character-sets-dir=${join(server.share, 'charsets')}`,
      // Relative to the data folder: the path of a socket may have 107 bytes only, and DIR may be anywhere.
      '--socket=mariadb.sock',
      `--pid-file=${inData('mariadb.pid')}`,
      `--tmpdir=${layout.mariadb}`,
      `--init-file=${initFile}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      ...Object.entries(databaseServerSettings).map(([name, value]) => `--${name}${value && `=${value}`}`),
    ],
    env: { PATH: process.env['PATH'], HOME: layout.dir },
    ready: () => asAdmin({ port, secrets }, async (connection) => (await connection.query('SELECT 1'), true)),
    readyWithin: 60_000,
    stopWithin: 30_000,
    inBackground: true,
  };
}
