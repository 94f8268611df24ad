import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadSecrets } from '../secrets.ts';
import type { Addresses } from './addresses.ts';
import { filesFor } from './files.ts';

/** Its container writes there too, as an ordinary user. */
const shared = 'demo';

/**
 * Makes the secrets, the first time, and writes each container's files into its own volume under `conf`. They are
 * readable for all: the containers run as different users, and each sees no volume but its own.
 */
export function writeFiles(conf: string, addresses: Addresses): string[] {
  const secrets = loadSecrets(join(conf, 'secrets/secrets.json'));
  const files = Object.entries(filesFor(secrets, addresses));
  for (const [name, content] of files) {
    const path = join(conf, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.new`, content, { mode: 0o444 });
    renameSync(`${path}.new`, path);
  }
  chmodSync(join(conf, shared), 0o777);
  return files.map(([name]) => name);
}
