import { eventsOf as eventsOfReservation } from '@ordermesh/catalogs/republish-reservations';
import { eventsOf as eventsOfPayment } from '@ordermesh/users/republish-payments';
import { route, type Owner } from './outbox.ts';
import type { World } from './world.ts';

/** Header by which the identity of a record survives its way through a dead-letter topic. */
const originHeader = 'dead-letter-origin';

/** As `dlq replay` does: back to the partition that it came from, with its identity. */
export function putBack(world: World, index: number): boolean {
  const [letter] = world.deadLetters.splice(index, 1);
  if (!letter) return false;
  const { topic, key, value, headers, partition, offset, timestamp } = letter.record;
  const origin = headers[originHeader] ?? `${topic}-${partition}-${offset}-${timestamp}`;
  world.append({ topic, key, value, headers: { ...headers, [originHeader]: origin } }, partition);
  return true;
}

/** Under the same key, and so to the same partition. */
export function appendAgain(world: World, topic: string, partition: number, offset: number): boolean {
  const record = world.log.partition(topic, partition)[offset];
  if (record) world.append(record, partition);
  return record !== undefined;
}

/** The next outbox row, by its connector. */
export function publish(world: World, owner: Owner): boolean {
  const outbox = world.outboxes[owner];
  const event = outbox.binlog[outbox.published];
  if (!event) return false;
  world.append(route(owner, event));
  outbox.published += 1;
  return true;
}

/** The events of all reservations or payments anew, in one transaction as the batches of the real command. */
export function republish(world: World, owner: Owner): boolean {
  const { binlog } = world.outboxes[owner];
  const before = binlog.length;
  if (owner === 'catalogs') {
    for (const reservation of world.catalogs.reservations.values())
      binlog.push(...eventsOfReservation(reservation));
  } else {
    for (const payment of world.users.payments.values()) binlog.push(...eventsOfPayment(payment));
  }
  world.outboxes[owner].purged = false;
  return binlog.length > before;
}
