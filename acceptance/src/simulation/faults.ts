import type { Action } from './action.ts';
import { topics } from './log.ts';
import type { Random } from './random.ts';
import { groups, type World } from './world.ts';

export const faultKinds = [
  'lose request',
  'lose batch',
  'lose group',
  'stall',
  'rewind',
  'replay',
  'append again',
  'lose connector',
  'purge binlog',
  'pass time',
] as const;
export type FaultKind = (typeof faultKinds)[number];

function busyLane(world: World, random: Random): string | null {
  const busy = world.lanes.filter(({ batch }) => batch);
  return busy.length === 0 ? null : random.pick(busy).id;
}

/** A record that an instance, which stalled before, appends once more after others did. */
function lateAppend(world: World, random: Random): Action | null {
  const topic = random.pick(topics);
  const partition = random.below(world.log.partitions);
  const { length } = world.log.partition(topic, partition);
  return length === 0 ? null : { do: 'append again', topic, partition, offset: random.below(length) };
}

/** Null if there is nothing that it could happen to. */
export function nextFault(world: World, random: Random, kind: FaultKind): Action | null {
  switch (kind) {
    case 'lose request': {
      const numbers = [...world.requests.keys()];
      return numbers.length === 0 ? null : { do: kind, number: random.pick(numbers) };
    }
    case 'lose batch':
    case 'stall': {
      const lane = busyLane(world, random);
      return lane === null ? null : { do: kind, lane };
    }
    case 'lose group':
    case 'replay':
      return { do: kind, group: random.pick(groups) };
    case 'rewind': {
      const read = world.lanes.filter(({ committed }) => committed > 0);
      if (read.length === 0) return null;
      const { id, committed } = random.pick(read);
      return { do: kind, lane: id, to: random.below(committed) };
    }
    case 'append again':
      return lateAppend(world, random);
    case 'lose connector':
    case 'purge binlog':
      return { do: kind, outbox: random.pick(['catalogs', 'users']) };
    case 'pass time':
      return { do: kind, ms: random.between(1, 100_000) };
  }
}
