import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isAbsolute, join, resolve } from 'node:path';

/** The root of the checkout. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Where downloads are kept, once per user. */
export const cacheDir = (env: NodeJS.ProcessEnv = process.env) =>
  join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'ordermesh');

/** A folder named on the command line: npm changes to the root, INIT_CWD is where the user stands. */
export const dataDir = (given: string | undefined, env: NodeJS.ProcessEnv = process.env) =>
  given === undefined
    ? join(root, '.stack')
    : isAbsolute(given)
      ? given
      : resolve(env['INIT_CWD'] || process.cwd(), given);

/** The files and folders in the data folder. */
export const layout = (dir: string) => ({
  dir,
  lock: join(dir, 'lock'),
  stackFile: join(dir, 'stack.json'),
  secrets: join(dir, 'secrets.json'),
  demo: join(dir, 'demo.json'),
  logs: join(dir, 'logs'),
  log: (name: string) => join(dir, 'logs', `${name}.log`),
  config: join(dir, 'config'),
  kafka: join(dir, 'kafka'),
  mariadb: join(dir, 'mariadb'),
});

export type Layout = ReturnType<typeof layout>;
