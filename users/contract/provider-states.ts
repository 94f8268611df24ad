import { randomUUID } from 'node:crypto';
import { createDatabase, type DatabaseConfig } from '@ordermesh/chassis/database';
import { createHealth } from '@ordermesh/chassis/health';
import { createLogger } from '@ordermesh/chassis/log';
import type { ProviderStates } from '@ordermesh/chassis/provider-states';
import { z } from 'zod';
import { createAccountOpener } from '../src/create-account.ts';
import { createDeposit } from '../src/deposit.ts';
import { entities } from '../src/entities.ts';
import { createPasswords } from '../src/passwords.ts';

const customer = z.strictObject({
  name: z.string().default('A Customer'),
  /** What was put into the wallet so far, under this key. */
  deposited: z.number().default(0),
  idempotencyKey: z.string().default('provider-state'),
});

const newEmail = () => `${randomUUID()}@example.org`;

/** What users' consumers may ask to be so, made by users' own use cases with the service's own account. */
export function createProviderStates(config: DatabaseConfig): ProviderStates {
  const identity = { service: 'users', instance: 'provider-states' };
  const log = createLogger({ ...identity, level: 'silent' });
  const database = createDatabase({ config, entities, health: createHealth(identity), log });
  const openAccount = createAccountOpener({ database, passwords: createPasswords() });
  const deposit = createDeposit({ database });

  return {
    start: database.start,
    stop: database.stop,
    states: {
      'a customer': async (parameters) => {
        const { name, deposited, idempotencyKey } = customer.parse(parameters);
        const email = newEmail();
        const { id } = await openAccount({ email, name, password: 'correct horse' }, 'customer');
        if (deposited > 0) await deposit(id, deposited, idempotencyKey);
        return { userId: id, email };
      },
      'an email without an account': () => Promise.resolve({ email: newEmail() }),
    },
  };
}
