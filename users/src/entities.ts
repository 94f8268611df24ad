import { EntitySchema } from 'typeorm';

export type Role = 'customer' | 'admin';

export type Account = {
  id: string;
  /** As it was typed. */
  email: string;
  /** What makes it unique: see `emailKey` in input.ts. */
  emailKey: string;
  name: string;
  /** PHC string. */
  passwordHash: string;
  role: Role;
  createdAt: Date;
};

/** Amounts in minor units, 0 … 2^53-1. */
export type Wallet = {
  userId: string;
  balance: number;
  /** All that was ever deposited: balance + payments kept. */
  deposited: number;
};

export const accounts = new EntitySchema<Account>({
  name: 'Account',
  tableName: 'accounts',
  columns: {
    id: { type: 'varchar', primary: true },
    email: { type: 'varchar' },
    emailKey: { type: 'varchar', name: 'email_key' },
    name: { type: 'varchar' },
    passwordHash: { type: 'varchar', name: 'password_hash' },
    role: { type: 'varchar' },
    createdAt: { type: 'datetime', precision: 3, name: 'created_at' },
  },
});

/** TypeORM hands a BIGINT over as a string; the column's check keeps it within what a number holds exactly. */
const exactNumber = { from: (value: string | number) => Number(value), to: (value: number) => value };

export const wallets = new EntitySchema<Wallet>({
  name: 'Wallet',
  tableName: 'wallets',
  columns: {
    userId: { type: 'varchar', primary: true, name: 'user_id' },
    balance: { type: 'bigint', transformer: exactNumber },
    deposited: { type: 'bigint', transformer: exactNumber },
  },
});

export const entities = [accounts, wallets];
