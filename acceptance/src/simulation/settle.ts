import type { Action } from './action.ts';
import { republish } from './appends.ts';
import { checkAtRest } from './at-rest.ts';
import { perform } from './perform.ts';
import { checkSafety } from './safety.ts';
import { assertThat } from './violation.ts';
import type { World } from './world.ts';

/** Many times what any history takes. */
const roundsAtMost = 200;
const batchSize = 100;

function step(world: World, action: Action): boolean {
  const done = perform(world, action);
  if (done) checkSafety(world);
  return done;
}

/** Lets everyone who has something to do go on for a while; false when nobody has. */
function round(world: World): boolean {
  let active = false;
  for (const number of [...world.requests.keys()]) {
    while (step(world, { do: 'go on with request', number })) active = true;
  }
  while (world.stalled.length > 0) active = step(world, { do: 'work stalled', index: 0 }) || active;
  for (const lane of world.lanes) {
    step(world, { do: 'fetch', lane: lane.id, count: batchSize });
    while (step(world, { do: 'work', lane: lane.id })) active = true;
  }
  for (const outbox of ['catalogs', 'users'] as const) {
    while (step(world, { do: 'publish', outbox })) active = true;
    step(world, { do: 'store position', outbox });
  }
  return active;
}

/** No more faults: all that is under way comes to its end, and is then as it has to be at rest. */
export function settle(world: World): void {
  for (let rounds = 0; round(world); rounds++) {
    assertThat(rounds < roundsAtMost, () => `there is no end to it after ${roundsAtMost} rounds`);
  }
  const purged = (['catalogs', 'users'] as const).filter((owner) => world.outboxes[owner].purged);
  for (const owner of purged) republish(world, owner);
  if (purged.length > 0) {
    settle(world);
    return;
  }
  checkAtRest(world);
}
