import type { Action } from './action.ts';
import { appendAgain, publish, putBack, republish } from './appends.ts';
import { restock } from './catalogs.ts';
import { fetch, work, type Batch, type Group } from './consumers.ts';
import { purge } from './outbox.ts';
import { cancel, place } from './requests.ts';
import { deposit } from './users.ts';
import type { World } from './world.ts';

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
