import { eventsOf as eventsOfReservation } from '@ordermesh/catalogs/republish-reservations';
import { eventsOf as eventsOfPayment } from '@ordermesh/users/republish-payments';
import { restock } from './catalogs.ts';
import { fetch, work, type Batch, type Group } from './consumers.ts';
import { purge, route, type Owner } from './outbox.ts';
import { cancel, place, type Placement } from './requests.ts';
import { deposit } from './users.ts';
import type { World } from './world.ts';

/** What can happen next. A history is a list of these, and nothing else decides what comes of it. */
export type Action =
  // What people and clients do.
  | { do: 'deposit'; userId: string; amount: number; key: string }
  | { do: 'restock'; productId: string; qty: number; key: string }
  | ({ do: 'place' } & Placement)
  | { do: 'cancel'; number: number; orderId: string; by: 'owner' | 'admin' | 'stranger' }
  | { do: 'type'; key: string | null; value: string }
  | { do: 'put back dead letter'; index: number }
  | { do: 'republish'; outbox: Owner }
  // What goes on by itself.
  | { do: 'go on with request'; number: number }
  | { do: 'fetch'; lane: string; count: number }
  | { do: 'work'; lane: string }
  | { do: 'work stalled'; index: number }
  | { do: 'publish'; outbox: Owner }
  | { do: 'store position'; outbox: Owner }
  | { do: 'pass time'; ms: number }
  // What goes wrong.
  | { do: 'lose request'; number: number }
  | { do: 'lose batch'; lane: string }
  | { do: 'lose group'; group: Group }
  | { do: 'stall'; lane: string }
  | { do: 'rewind'; lane: string; to: number }
  | { do: 'replay'; group: Group }
  | { do: 'append again'; topic: string; partition: number; offset: number }
  | { do: 'lose connector'; outbox: Owner }
  | { do: 'purge binlog'; outbox: Owner };

/** Header by which the identity of a record survives its way through a dead-letter topic. */
const originHeader = 'dead-letter-origin';

function workOn(world: World, batch: Batch | null | undefined): boolean {
  if (!batch) return false;
  const handle = world.handlers[batch.lane.group];
  const done = work(batch, { rules: world.rules, handle, emit: world.emit });
  if (done && !batch.current) world.stalled.splice(world.stalled.indexOf(batch), 1);
  return true;
}

/** The consumer is lost with whatever it was at, and another one starts from the offset that was committed last. */
function loseBatches(world: World, group: Group): boolean {
  const busy = world.lanes.filter((lane) => lane.group === group && lane.batch);
  for (const lane of busy) lane.batch = null;
  return busy.length > 0;
}

function goOn(world: World, number: number): boolean {
  const request = world.requests.get(number);
  const step = request?.steps.shift();
  step?.();
  if (request?.steps.length === 0) world.requests.delete(number);
  return step !== undefined;
}

function putBack(world: World, index: number): boolean {
  const [letter] = world.deadLetters.splice(index, 1);
  if (!letter) return false;
  const { topic, key, value, headers, partition, offset, timestamp } = letter.record;
  const origin = headers[originHeader] ?? `${topic}-${partition}-${offset}-${timestamp}`;
  world.append({ topic, key, value, headers: { ...headers, [originHeader]: origin } }, partition);
  return true;
}

function appendAgain(world: World, topic: string, partition: number, offset: number): boolean {
  const record = world.log.partition(topic, partition)[offset];
  if (record) world.append(record, partition);
  return record !== undefined;
}

function publish(world: World, owner: Owner): boolean {
  const outbox = world.outboxes[owner];
  const event = outbox.binlog[outbox.published];
  if (!event) return false;
  world.append(route(owner, event));
  outbox.published += 1;
  return true;
}

/** Each in one transaction, as the batches of the real command are. */
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

/** Does it; false if it is not possible now, and then nothing has changed. */
export function perform(world: World, action: Action): boolean {
  world.clock.now += 1;
  switch (action.do) {
    case 'deposit':
      deposit(world.users, world.rules, { ...action, reference: action.key });
      return true;
    case 'restock':
      restock(world.catalogs, action.productId, action.qty, action.key);
      return true;
    case 'place':
      world.requests.set(action.number, place(world.requestContext, action));
      return true;
    case 'cancel': {
      const request = cancel(world.requestContext, action);
      if (request) world.requests.set(action.number, request);
      return request !== null;
    }
    case 'type':
      world.append({ topic: 'orders.events', key: action.key, value: action.value, headers: {} });
      return true;
    case 'put back dead letter':
      return putBack(world, action.index);
    case 'republish':
      return republish(world, action.outbox);
    case 'go on with request':
      return goOn(world, action.number);
    case 'fetch': {
      const lane = world.laneById.get(action.lane);
      return lane !== undefined && fetch(lane, world.log, action.count) !== null;
    }
    case 'work':
      return workOn(world, world.laneById.get(action.lane)?.batch);
    case 'work stalled':
      return workOn(world, world.stalled[action.index]);
    case 'publish':
      return publish(world, action.outbox);
    case 'store position': {
      const outbox = world.outboxes[action.outbox];
      const moved = outbox.stored !== outbox.published;
      outbox.stored = outbox.published;
      return moved;
    }
    case 'pass time':
      world.clock.now += action.ms;
      return true;
    case 'lose request':
      return world.requests.delete(action.number);
    case 'lose batch': {
      const lane = world.laneById.get(action.lane);
      if (!lane?.batch) return false;
      lane.batch = null;
      return true;
    }
    case 'lose group':
      return loseBatches(world, action.group);
    case 'stall': {
      const lane = world.laneById.get(action.lane);
      if (!lane?.batch) return false;
      lane.batch.current = false;
      world.stalled.push(lane.batch);
      lane.batch = null;
      return true;
    }
    case 'rewind': {
      const lane = world.laneById.get(action.lane);
      if (!lane || action.to >= lane.committed) return false;
      lane.batch = null;
      lane.committed = action.to;
      return true;
    }
    case 'replay':
      loseBatches(world, action.group);
      for (const lane of world.lanes) if (lane.group === action.group) lane.committed = 0;
      return true;
    case 'append again':
      return appendAgain(world, action.topic, action.partition, action.offset);
    case 'lose connector': {
      const outbox = world.outboxes[action.outbox];
      const back = world.rules.positionAfterPublishing ? outbox.stored : outbox.binlog.length;
      const moved = outbox.published !== back;
      outbox.published = outbox.stored = back;
      return moved;
    }
    case 'purge binlog':
      purge(world.outboxes[action.outbox]);
      return world.outboxes[action.outbox].purged;
  }
}
