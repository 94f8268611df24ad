import { decideDeposit } from '@ordermesh/users/deposit';
import { parseStockEvent } from '@ordermesh/users/events';
import type { Payment } from '@ordermesh/users/payment';
import type { Decision } from '@ordermesh/users/take-payment';
import { readAll, type Handler } from './consumers.ts';
import type { Outbox } from './outbox.ts';
import type { Rules } from './rules.ts';
import { assertThat } from './violation.ts';

/** A row of the ledger; `reference` is an idempotency key or an order. */
export type LedgerRow = {
  userId: string;
  kind: 'DEPOSIT' | 'PAYMENT' | 'REFUND';
  amount: number;
  reference: string;
};

/** The database of users. */
export type UsersDatabase = {
  /** By user. */
  balances: Map<string, number>;
  /** What was ever put into each wallet, by user. */
  deposited: Map<string, number>;
  /** By kind, user and reference. */
  ledger: Map<string, LedgerRow>;
  payments: Map<string, Payment>;
};

export function createUsersDatabase(userIds: readonly string[]): UsersDatabase {
  return {
    balances: new Map(userIds.map((userId) => [userId, 0])),
    deposited: new Map(userIds.map((userId) => [userId, 0])),
    ledger: new Map(),
    payments: new Map(),
  };
}

const ledgerKey = ({ kind, userId, reference }: Omit<LedgerRow, 'amount'>) =>
  `${kind} ${userId} ${reference}`;

function addToLedger({ ledger }: UsersDatabase, rules: Rules, row: LedgerRow): void {
  let key = ledgerKey(row);
  assertThat(!rules.uniqueKeys || !ledger.has(key), () => `the ledger has ${key} already`);
  while (ledger.has(key)) key += ' again';
  ledger.set(key, row);
}

/** As the service does it: once per key, and not at all when the service refuses it. */
export function deposit(
  database: UsersDatabase,
  rules: Rules,
  { userId, amount, reference }: Omit<LedgerRow, 'kind'>,
): void {
  const { balances, deposited, ledger } = database;
  const before = { balance: balances.get(userId) ?? 0, deposited: deposited.get(userId) ?? 0 };
  const previous = ledger.get(ledgerKey({ kind: 'DEPOSIT', userId, reference }))?.amount;
  // The only ways out of it that are no mistake of the service.
  if (amount === 0 || (previous !== undefined && previous !== amount)) return;
  const after = decideDeposit(before, amount, previous);
  if (after === before) return;
  addToLedger(database, rules, { userId, kind: 'DEPOSIT', amount, reference });
  balances.set(userId, after.balance);
  deposited.set(userId, after.deposited);
}

function write(database: UsersDatabase, outbox: Outbox, rules: Rules, decision: Decision): void {
  const { balances, payments } = database;
  for (const opened of decision.opened) {
    assertThat(
      !rules.uniqueKeys || !payments.has(opened.orderId),
      () => `users opens a second payment of ${opened.orderId}`,
    );
    payments.set(opened.orderId, opened);
  }
  for (const { orderId } of decision.refunded) {
    const before = payments.get(orderId);
    assertThat(before !== undefined, () => `users refunds a payment of ${orderId} that is not there`);
    payments.set(orderId, { ...before, status: 'REFUNDED' });
  }
  for (const { userId, kind, amount, orderId } of decision.entries) {
    addToLedger(database, rules, { userId, kind, amount, reference: orderId });
    balances.set(userId, (balances.get(userId) ?? 0) + amount);
  }
  outbox.binlog.push(...decision.outbox);
}

/** The consumer group `users`: each batch is one transaction, of state, inbox and outbox. */
export function createUsersHandler(options: {
  database: UsersDatabase;
  outbox: Outbox;
  rules: Rules;
}): Handler {
  const { database, outbox, rules } = options;
  return (records) => {
    const { events, malformed } = readAll('users', records, parseStockEvent);
    const { balances, payments } = database;
    write(database, outbox, rules, rules.decidePayments(events, balances, payments));
    return malformed;
  };
}
