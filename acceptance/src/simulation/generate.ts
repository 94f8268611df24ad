import type { Action } from './action.ts';
import { nextCommand } from './commands.ts';
import { faultKinds, nextFault, type FaultKind } from './faults.ts';
import { createRandom, type Random } from './random.ts';
import type { Step } from './simulate.ts';
import { groups, type World } from './world.ts';

/** What a history is like; differs from seed to seed, so that rare mixtures get their turn. */
export type Character = {
  partitions: number;
  steps: number;
  commands: number;
  batchSize: number;
  faultRate: number;
  faults: readonly FaultKind[];
  /** These fall behind the others. */
  slow: ReadonlySet<string>;
  replaysAtTheEnd: boolean;
};

export function drawCharacter(random: Random): Character {
  return {
    partitions: random.between(1, 3),
    steps: random.between(30, 170),
    commands: random.between(4, 14),
    batchSize: random.between(1, 6),
    faultRate: random.pick([0, 0.03, 0.1, 0.2]),
    faults: faultKinds.filter(() => random.chance(0.5)),
    slow: new Set([...groups, 'catalogs connector', 'users connector'].filter(() => random.chance(0.2))),
    replaysAtTheEnd: random.chance(0.15),
  };
}

/** One thing that goes on by itself, null if nothing does. */
function nextProgress(world: World, random: Random, { slow, batchSize }: Character): Action | null {
  const possible: Action[] = [];
  const comesToTurn = (name: string) => !slow.has(name) || random.chance(0.15);
  for (const { id, group, topic, partition, committed, batch } of world.lanes) {
    if (batch) {
      if (comesToTurn(group)) possible.push({ do: 'work', lane: id });
    } else if (committed < world.log.partition(topic, partition).length && comesToTurn(group)) {
      possible.push({ do: 'fetch', lane: id, count: random.between(1, batchSize) });
    }
  }
  for (const owner of ['catalogs', 'users'] as const) {
    const { binlog, published, stored } = world.outboxes[owner];
    if (!comesToTurn(`${owner} connector`)) continue;
    if (published < binlog.length) possible.push({ do: 'publish', outbox: owner });
    else if (stored < published) possible.push({ do: 'store position', outbox: owner });
  }
  for (const number of world.requests.keys()) possible.push({ do: 'go on with request', number });
  // Seldom, so that they are late.
  if (world.stalled.length > 0 && random.chance(0.2)) {
    possible.push({ do: 'work stalled', index: random.below(world.stalled.length) });
  }
  return possible.length === 0 ? null : random.pick(possible);
}

/** Gives, whenever asked, what happens next in the world as it then is; null at the end. */
export function createGenerator(seed: number): { partitions: number; next: (world: World) => Step | null } {
  const random = createRandom(seed);
  const character = drawCharacter(random);
  const { steps, commands, faultRate, faults } = character;
  const replays: Step[] = character.replaysAtTheEnd
    ? [{ do: 'settle' }, ...groups.map((group): Step => ({ do: 'replay', group }))]
    : [];
  let [done, commanded] = [0, 0];

  function next(world: World): Step | null {
    done += 1;
    if (done > steps) return replays.shift() ?? null;
    if (faults.length > 0 && random.chance(faultRate)) {
      const fault = nextFault(world, random, random.pick(faults));
      if (fault) return fault;
    }
    const progress = random.chance((1.5 * commands) / steps) ? null : nextProgress(world, random, character);
    if (progress || commanded >= commands) return progress ?? nextProgress(world, random, character);
    commanded += 1;
    return nextCommand(world, random, commanded);
  }
  return { partitions: character.partitions, next };
}
