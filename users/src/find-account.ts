import type { Database } from '@ordermesh/chassis/database';
import { accounts, type Account } from './entities.ts';
import { emailKey } from './input.ts';

/** The account of an email, written in whatever case. */
export function createFindAccount({ database }: { database: Database }) {
  return (email: string): Promise<Account | null> =>
    database.data.getRepository(accounts).findOneBy({ emailKey: emailKey(email) });
}
export type FindAccount = ReturnType<typeof createFindAccount>;
