import { databaseEnvironment, loadConfig } from '@ordermesh/chassis/config';
import { createDatabase } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createLogger } from '@ordermesh/chassis/log';
import { z } from 'zod';
import { signingKeyEnvironment } from './config.ts';
import { createAccountOpener } from './create-account.ts';
import { entities, type Account, type Role } from './entities.ts';
import { createFindAccount } from './find-account.ts';
import { createPasswords } from './passwords.ts';
import { createTokens } from './tokens.ts';

// Opens the demo accounts where they do not exist yet, and prints one JSON line with tokens of 12 hours for both.

const tokenSeconds = 12 * 3600;

const config = loadConfig(
  databaseEnvironment.extend(signingKeyEnvironment.shape).extend({
    DEMO_CUSTOMER_EMAIL: z.string().min(1),
    DEMO_CUSTOMER_PASSWORD: z.string().min(1),
    DEMO_ADMIN_EMAIL: z.string().min(1),
    DEMO_ADMIN_PASSWORD: z.string().min(1),
  }),
);
const identity = { service: 'users', instance: 'demo-accounts' };
const database = createDatabase({
  config: { ...config, DATABASE_POOL_SIZE: 2 },
  entities,
  health: createHealth(identity),
  // Standard output belongs to the one line.
  log: createLogger({ ...identity, level: 'silent' }),
});
const findAccount = createFindAccount({ database });
const openAccount = createAccountOpener({ database, passwords: createPasswords() });
const tokens = await createTokens(config.JWT_PRIVATE_KEY);

async function findOrOpen(email: string, name: string, password: string, role: Role): Promise<Account> {
  const account = (await findAccount(email)) ?? (await openAccount({ email, name, password }, role));
  if (account.role !== role) throw new Error(`${email} has an account already, which is no ${role}'s`);
  return account;
}

async function describe(account: Account) {
  return {
    email: account.email,
    token: await tokens.issue(account, tokenSeconds),
    userId: account.id,
  };
}

await database.start();
try {
  const customer = await findOrOpen(
    config.DEMO_CUSTOMER_EMAIL,
    'Demo Customer',
    config.DEMO_CUSTOMER_PASSWORD,
    'customer',
  );
  const admin = await findOrOpen(config.DEMO_ADMIN_EMAIL, 'Demo Admin', config.DEMO_ADMIN_PASSWORD, 'admin');
  const line = { customer: await describe(customer), admin: await describe(admin) };
  process.stdout.write(`${JSON.stringify(line)}\n`);
} catch (error) {
  process.stderr.write(`demo accounts: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
} finally {
  await database.stop();
}
