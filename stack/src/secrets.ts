import { randomBytes } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { accounts } from './accounts.ts';
import { errorCode } from './failure.ts';
import { newKeys, retiredKeys } from './keys.ts';

const login = z.object({ email: z.string(), password: z.string() });

const secretsFile = z.object({
  /** Passwords of the database accounts; `admin` may do everything and is used by the stack alone. */
  databases: z.record(z.string(), z.string()),
  gatewaySigningSecret: z.string(),
  /** PKCS8 PEM of the ES256 key that signs the tokens. */
  jwtPrivateKey: z.string(),
  /** What the last changes of keys have put out of use, until nothing that was signed with it is valid any more. */
  retired: retiredKeys.optional(),
  demo: z.object({ customer: login, admin: login }),
});

const passwordsFile = secretsFile.pick({ databases: true });
const operatorsFile = secretsFile.pick({ databases: true, demo: true });

/** What only this stack's own processes know; made at its first start, kept in `DIR/secrets.json`. */
export type Secrets = z.infer<typeof secretsFile>;
/** Of the secrets what reaches databases, and no key: all that most of those who use them need. */
export type Passwords = z.infer<typeof passwordsFile>;
/** Of the secrets what an operator's commands and the demo need. */
export type OperatorSecrets = z.infer<typeof operatorsFile>;

export const adminAccount = 'stack_admin';

const randomPassword = () => randomBytes(18).toString('base64url');

function generate(): Secrets {
  return {
    databases: {},
    ...newKeys(),
    demo: {
      customer: { email: 'customer@ordermesh.example', password: randomPassword() },
      admin: { email: 'admin@ordermesh.example', password: randomPassword() },
    },
  };
}

/** Reads the secrets, making those that do not exist yet. @throws when the file is there and unreadable: new keys would lock everybody out. */
export function loadSecrets(path: string): Secrets {
  const existing = read(path);
  const secrets = existing ?? generate();
  const names = [adminAccount, ...accounts.map((account) => account.name)];
  const missing = names.filter((name) => !secrets.databases[name]);
  for (const name of missing) secrets.databases[name] = randomPassword();
  if (!existing || missing.length > 0) writeSecrets(path, secrets);
  return secrets;
}

/** Replaced in one step, so that a crash leaves the old secrets or the new ones. */
export function writeSecrets(path: string, secrets: Secrets): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

export const readSecrets = (path: string): Secrets => secretsFile.parse(readJson(path));
/** Also from a file that holds no more than these. */
export const readPasswords = (path: string): Passwords => passwordsFile.parse(readJson(path));
export const readOperatorSecrets = (path: string): OperatorSecrets => operatorsFile.parse(readJson(path));

function read(path: string): Secrets | undefined {
  try {
    return readSecrets(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

export function passwordOf(secrets: Passwords, account: string): string {
  const password = secrets.databases[account];
  if (!password) throw new Error(`no password for the database account ${account}`);
  return password;
}
