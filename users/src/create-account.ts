import type { Database } from '@ordermesh/chassis/database';
import { isDuplicateKey } from '@ordermesh/chassis/database-errors';
import { clientError } from '@ordermesh/chassis/errors';
import { newId } from '@ordermesh/chassis/new-id';
import type { Account, Role } from './entities.ts';
import { emailKey, parseEmail, parseName, parsePassword } from './input.ts';
import type { Passwords } from './passwords.ts';

export type AccountInput = { email: string; name: string; password: string };

/**
 * Opens an account with an empty wallet. Throws BAD_USER_INPUT, or EMAIL_TAKEN: the unique key says so, for of two
 * who ask at the same time a look beforehand would let both pass.
 */
export function createAccountOpener({ database, passwords }: { database: Database; passwords: Passwords }) {
  return async function openAccount(input: AccountInput, role: Role): Promise<Account> {
    const email = parseEmail(input.email);
    const name = parseName(input.name);
    const password = parsePassword(input.password);
    const account: Account = {
      id: newId(),
      email,
      emailKey: emailKey(email),
      name,
      passwordHash: await passwords.hash(password),
      role,
      createdAt: new Date(),
    };
    try {
      await database.transaction(async (sql) => {
        await sql.query(
          'INSERT INTO accounts (id, email, email_key, name, password_hash, role, created_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
          [
            account.id,
            account.email,
            account.emailKey,
            account.name,
            account.passwordHash,
            account.role,
            account.createdAt,
          ],
        );
        await sql.query('INSERT INTO wallets (user_id) VALUES (?)', [account.id]);
      });
    } catch (error) {
      if (isDuplicateKey(error)) throw clientError('EMAIL_TAKEN', `${email} has an account already; log in`);
      throw error;
    }
    return account;
  };
}
export type OpenAccount = ReturnType<typeof createAccountOpener>;
