import { assertThat } from './violation.ts';
import type { World } from './world.ts';

/** Every order that a client was told of, that was appended, or that any database knows. */
function knownOrders({ answers, log, catalogs, users, orders }: World): Set<string> {
  const orderIds = new Set(answers.placed.map(({ orderId }) => orderId));
  for (let number = 0; number < log.partitions; number++) {
    for (const { key, headers } of log.partition('orders.events', number)) {
      if (headers['type'] === 'OrderPlaced') orderIds.add(String(key));
    }
  }
  for (const table of [catalogs.reservations, users.payments, orders.rows]) {
    for (const orderId of table.keys()) orderIds.add(orderId);
  }
  return orderIds;
}

/** What became of an order's stock and payment, by the status of its row. */
const agreements: Record<string, readonly string[]> = {
  CONFIRMED: ['SOLD PAID'],
  REJECTED: ['REJECTED none', 'RELEASED DECLINED'],
  CANCELLED: ['RELEASED REFUNDED', 'RELEASED VOIDED'],
};

function checkOrder(world: World, orderId: string): void {
  const row = world.orders.rows.get(orderId);
  const reservation = world.catalogs.reservations.get(orderId);
  const payment = world.users.payments.get(orderId);
  assertThat(row !== undefined, () => `${orderId} is not in the table`);
  const together = `${reservation?.status ?? 'none'} ${payment?.status ?? 'none'}`;
  assertThat(
    agreements[row.status]?.includes(together) ?? false,
    () => `${orderId} is ${row.status}, its reservation and payment are ${together}`,
  );
  const reason = payment?.reason ?? (row.status === 'REJECTED' ? (reservation?.reason ?? null) : null);
  assertThat(
    row.reason === reason,
    () => `${orderId} is ${row.status} because of ${row.reason}, and it was ${reason}`,
  );
  // A person can type two orders under one id: which of them counts is open, not that the books balance.
  if (orderId.startsWith('contested-')) return;
  for (const other of [reservation, payment]) {
    if (!other) continue;
    assertThat(
      row.userId === other.userId &&
        row.productId === other.productId &&
        row.qty === other.qty &&
        row.totalPrice === other.totalPrice,
      () => `the row of ${orderId} tells of another order than its reservation or payment`,
    );
  }
}

/** An answer is a promise: the order exists once, and a cancellation is not forgotten. */
function checkAnswers({ answers, orders }: World): void {
  const orderOf = new Map<string, string>();
  for (const { orderId, key } of answers.placed) {
    if (key === null) continue;
    const first = orderOf.get(key) ?? orderId;
    orderOf.set(key, first);
    assertThat(first === orderId, () => `the key of ${key} was answered with ${first} and with ${orderId}`);
  }
  for (const orderId of answers.cancelled) {
    const status = orders.rows.get(orderId)?.status;
    assertThat(
      status === 'CANCELLED' || status === 'REJECTED',
      () => `the cancellation of ${orderId} was accepted, and it is ${status}`,
    );
  }
}

/** What holds once all is processed: nothing is under way, and everyone says the same. Throws Violation. */
export function checkAtRest(world: World): void {
  for (const orderId of knownOrders(world)) checkOrder(world, orderId);
  for (const [productId, { reserved }] of world.catalogs.stock) {
    assertThat(reserved === 0, () => `${reserved} of ${productId} are still reserved`);
  }
  checkAnswers(world);
}
