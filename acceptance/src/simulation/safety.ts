import type { OrdersDatabase } from './orders.ts';
import { assertThat } from './violation.ts';
import type { CatalogsDatabase, Stock } from './catalogs.ts';
import type { UsersDatabase } from './users.ts';
import type { World } from './world.ts';

const counts = ['initial', 'restocked', 'available', 'reserved', 'sold', 'moved'] as const;
const show = (stock: Stock) => counts.map((count) => `${count} ${stock[count]}`).join(', ');

/** Every unit is accounted for, and in the count that its order says. */
function checkStock({ stock, reservations, movements }: CatalogsDatabase): void {
  for (const [productId, product] of stock) {
    const { initial, restocked, available, reserved, sold, moved } = product;
    for (const count of counts) {
      assertThat(product[count] >= 0, () => `${productId}: ${count} is negative (${show(product)})`);
    }
    assertThat(
      initial + restocked === available + reserved + sold + moved,
      () => `${productId}: initial + restocked is not available + reserved + sold + moved (${show(product)})`,
    );
    let [ofReserved, ofSold, ofMoved] = [0, 0, 0];
    for (const reservation of reservations.values()) {
      if (reservation.productId !== productId) continue;
      if (reservation.status === 'RESERVED') ofReserved += reservation.qty;
      if (reservation.status === 'SOLD') ofSold += reservation.qty;
    }
    for (const movement of movements.values()) if (movement.productId === productId) ofMoved += movement.qty;
    assertThat(
      reserved === ofReserved && sold === ofSold && moved === ofMoved,
      () =>
        `${productId}: the orders have ${ofReserved} reserved and ${ofSold} sold, ${ofMoved} were moved (${show(product)})`,
    );
  }
}

/** Every unit of money is in a wallet or paid for an order, and every wallet is the sum of its ledger. */
function checkMoney({ balances, deposited, ledger, payments }: UsersDatabase): void {
  let [total, wallets, kept] = [0, 0, 0];
  for (const [userId, balance] of balances) {
    let sum = 0;
    for (const row of ledger.values()) if (row.userId === userId) sum += row.amount;
    assertThat(balance >= 0, () => `the balance of ${userId} is ${balance}`);
    assertThat(balance === sum, () => `the balance of ${userId} is ${balance}, the sum of the ledger ${sum}`);
    total += deposited.get(userId) ?? 0;
    wallets += balance;
  }
  for (const { status, amount } of payments.values()) if (status === 'PAID') kept += amount;
  assertThat(
    total === wallets + kept,
    () => `deposited ${total} is not wallets ${wallets} + payments kept ${kept}`,
  );
}

const allowed = new Set([
  'PENDING CONFIRMED',
  'PENDING REJECTED',
  'PENDING CANCELLED',
  'CONFIRMED CANCELLED',
]);

/**
 * Whether orders of this id are appended under it as the key, and so begin as PENDING. Without a key an order can be
 * overtaken by its own outcome, as there is no order between partitions.
 */
const isKeyed = (orderId: string) => orderId.startsWith('order-');

/** Status moves only along the allowed graph, reason and time with it, and when it was placed stands. */
function checkRows({ changes }: OrdersDatabase): void {
  for (const { before, after } of changes) {
    const { orderId, status } = after;
    if (!before) {
      assertThat(
        status === 'PENDING' || !isKeyed(orderId),
        () => `the row of ${orderId} begins as ${status}`,
      );
      continue;
    }
    if (before.status !== status) {
      assertThat(
        allowed.has(`${before.status} ${status}`),
        () => `the row of ${orderId} went from ${before.status} to ${status}`,
      );
    } else {
      assertThat(
        before.reason === after.reason && before.updatedAt.getTime() === after.updatedAt.getTime(),
        () => `reason or time of the row of ${orderId} changed without its status`,
      );
    }
    assertThat(
      before.createdAt.getTime() === after.createdAt.getTime(),
      () => `the row of ${orderId} says another time of placement than before`,
    );
  }
  changes.length = 0;
}

/** What services write themselves, all services can process. */
function checkDeadLetters({ deadLetters }: World): void {
  for (const { group, record, reason } of deadLetters) {
    const { type } = record.headers;
    assertThat(
      type === undefined,
      () => `${type} ${String(record.key)} is a dead letter of ${group}: ${reason}`,
    );
  }
}

/** What holds after every single step. Throws Violation. */
export function checkSafety(world: World): void {
  checkRows(world.orders);
  checkStock(world.catalogs);
  checkMoney(world.users);
  checkDeadLetters(world);
}
