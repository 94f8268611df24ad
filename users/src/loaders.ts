import type { Database } from '@ordermesh/chassis/database';
import DataLoader from 'dataloader';
import { In } from 'typeorm';
import { accounts, wallets } from './entities.ts';

/** One statement for all accounts, and one for all wallets, that a request asks for at the same time. */
export function createLoaders({ database }: { database: Database }) {
  return {
    accounts: new DataLoader(async (ids: readonly string[]) => {
      const rows = await database.data.getRepository(accounts).findBy({ id: In([...ids]) });
      const byId = new Map(rows.map((row) => [row.id, row]));
      return ids.map((id) => byId.get(id) ?? null);
    }),
    wallets: new DataLoader(async (userIds: readonly string[]) => {
      const rows = await database.data.getRepository(wallets).findBy({ userId: In([...userIds]) });
      const byUser = new Map(rows.map((row) => [row.userId, row]));
      return userIds.map((userId) => byUser.get(userId) ?? null);
    }),
  };
}
export type Loaders = ReturnType<typeof createLoaders>;
