import type { Handler } from '@ordermesh/chassis/consumer';
import type { Database, Sql } from '@ordermesh/chassis/database';
import { isDuplicateKey } from '@ordermesh/chassis/database-errors';
import { writeToOutbox, type OutboxEvent } from '@ordermesh/chassis/outbox';
import { announce, catalogsTopic, parseStockEvent, type StockEvent } from './events.ts';
import { paymentColumns, type Order, type Payment } from './payment.ts';

/** A movement of money; `amount` is what it does to the wallet, with its sign. */
export type LedgerEntry = { userId: string; kind: 'PAYMENT' | 'REFUND'; amount: number; orderId: string };

/** What to write for some events. */
export type Decision = {
  /** Of orders that had none, as they stand after all events. */
  opened: Payment[];
  /** Of those recorded before. */
  refunded: Payment[];
  entries: LedgerEntry[];
  outbox: OutboxEvent[];
};

/** On StockReserved: the whole price, or nothing. `balance` is undefined when there is no such wallet. */
function pay(payment: Payment | undefined, order: Order, balance: number | undefined): Payment {
  if (payment) return payment;
  if (balance === undefined) return { ...order, status: 'DECLINED', reason: 'UNKNOWN_USER', amount: 0 };
  if (balance < order.totalPrice) {
    return { ...order, status: 'DECLINED', reason: 'INSUFFICIENT_FUNDS', amount: 0 };
  }
  return { ...order, status: 'PAID', reason: null, amount: order.totalPrice };
}

/** On StockReleased, undoes `pay`: money comes back; where nothing was paid yet, nothing ever will be. */
function refund(payment: Payment | undefined, order: Order): Payment {
  if (!payment) return { ...order, status: 'VOIDED', reason: null, amount: 0 };
  return payment.status === 'PAID' ? { ...payment, status: 'REFUNDED' } : payment;
}

/** What it does to the wallet that a payment has come to its status; declining and voiding move nothing. */
function movementOf({ userId, orderId, status, amount }: Payment): LedgerEntry[] {
  // Not -amount, which is -0 for what costs nothing.
  if (status === 'PAID') return [{ userId, orderId, kind: 'PAYMENT', amount: 0 - amount }];
  return status === 'REFUNDED' ? [{ userId, orderId, kind: 'REFUND', amount }] : [];
}

/**
 * Decides events in their order, each by what is recorded of its order: see the payment table in the README. `wallets`
 * are the balances by user; `recorded` the payments by order. A payment that is recorded already decides what
 * was ordered and by whom.
 */
export function decidePayments(
  events: readonly StockEvent[],
  wallets: ReadonlyMap<string, number>,
  recorded: ReadonlyMap<string, Payment>,
): Decision {
  const balances = new Map(wallets);
  const changed = new Map<string, Payment>();
  const entries: LedgerEntry[] = [];
  const outbox: OutboxEvent[] = [];

  for (const { type, order, traceparent } of events) {
    const before = changed.get(order.orderId) ?? recorded.get(order.orderId);
    const after =
      type === 'StockReserved' ? pay(before, order, balances.get(order.userId)) : refund(before, order);
    if (after === before) continue;
    changed.set(order.orderId, after);
    for (const entry of movementOf(after)) {
      entries.push(entry);
      balances.set(entry.userId, (balances.get(entry.userId) ?? 0) + entry.amount);
    }
    outbox.push(announce(after, traceparent));
  }
  const payments = [...changed.values()];
  return {
    opened: payments.filter(({ orderId }) => !recorded.has(orderId)),
    refunded: payments.filter(({ orderId }) => recorded.has(orderId)),
    entries,
    outbox,
  };
}

/** Locks the wallets, always in the same order, so that two batches wait for rather than block each other. */
async function lockWallets(sql: Sql, events: StockEvent[]): Promise<Map<string, number>> {
  const rows = await sql.query<{ userId: string; balance: number }[]>(
    'SELECT user_id AS userId, balance FROM wallets WHERE user_id IN (?) ORDER BY user_id FOR UPDATE',
    [[...new Set(events.map(({ order }) => order.userId))]],
  );
  return new Map(rows.map(({ userId, balance }) => [userId, balance]));
}

/** Read after the wallets were locked: what another consumer wrote about these users' orders is seen. */
async function readPayments(sql: Sql, events: StockEvent[]): Promise<Map<string, Payment>> {
  const rows = await sql.query<Payment[]>(
    `SELECT ${paymentColumns} FROM payments WHERE order_id IN (?) ORDER BY order_id FOR UPDATE`,
    [[...new Set(events.map(({ order }) => order.orderId))]],
  );
  return new Map(rows.map((payment) => [payment.orderId, payment]));
}

/** What the entries do to each wallet together. A wallet and its ledger cannot part: the one is the other's sum. */
function sumByUser(entries: LedgerEntry[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { userId, amount } of entries) sums.set(userId, (sums.get(userId) ?? 0) + amount);
  return sums;
}

/**
 * All wallets in one statement: of a batch of updates the server makes a statement for each row. Joined straight, so that
 * it never locks other users' rows by looking through them.
 */
async function changeWallets(sql: Sql, sums: Map<string, number>): Promise<void> {
  await sql.query(
    `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (id VARCHAR(64) PATH '$[0]', amount BIGINT PATH '$[1]')) AS sums
     STRAIGHT_JOIN wallets FORCE INDEX (PRIMARY) ON wallets.user_id = sums.id COLLATE utf8mb4_nopad_bin
     SET wallets.balance = wallets.balance + sums.amount`,
    [JSON.stringify([...sums])],
  );
}

async function write(sql: Sql, { opened, refunded, entries, outbox }: Decision): Promise<void> {
  const writes: Promise<unknown>[] = [];
  if (opened.length > 0) {
    writes.push(
      sql.batch(
        `INSERT INTO payments
           (order_id, user_id, product_id, qty, unit_price, total_price, placed_at, status, reason, amount)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        opened.map((payment) => [
          payment.orderId,
          payment.userId,
          payment.productId,
          payment.qty,
          payment.unitPrice,
          payment.totalPrice,
          payment.placedAt,
          payment.status,
          payment.reason,
          payment.amount,
        ]),
      ),
    );
  }
  if (refunded.length > 0) {
    const orderIds = refunded.map(({ orderId }) => orderId);
    writes.push(sql.query("UPDATE payments SET status = 'REFUNDED' WHERE order_id IN (?)", [orderIds]));
  }
  if (entries.length > 0) {
    const now = new Date();
    writes.push(
      sql.batch(
        'INSERT INTO ledger (user_id, kind, amount, reference, created_at) VALUES (?, ?, ?, ?, ?)',
        entries.map(({ userId, kind, amount, orderId }) => [userId, kind, amount, orderId, now]),
      ),
      changeWallets(sql, sumByUser(entries)),
    );
  }
  await Promise.all([...writes, writeToOutbox(sql, outbox)]);
}

const attempts = 5;

/**
 * Takes part in catalogs.events: a batch is one transaction with a fixed number of statements, whatever its size. The
 * order id is a unique key. If another consumer wrote one of the orders in the meantime (of a user without a wallet,
 * where there is no row to lock), the batch is decided anew.
 */
export function createTakePayment({
  database,
}: {
  database: Pick<Database, 'transaction'>;
}): Handler<StockEvent> {
  function applyOnce(events: StockEvent[]): Promise<void> {
    return database.transaction(async (sql) => {
      const wallets = await lockWallets(sql, events);
      const recorded = await readPayments(sql, events);
      await write(sql, decidePayments(events, wallets, recorded));
    });
  }

  return {
    topics: [catalogsTopic],
    parse: parseStockEvent,
    apply: async (events) => {
      for (let attempt = 1; ; attempt++) {
        try {
          await applyOnce(events);
          return [];
        } catch (error) {
          if (!isDuplicateKey(error) || attempt === attempts) throw error;
        }
      }
    },
  };
}
