import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const idSize = 16;
/** Drawn for some hundred ids at a time: a call to the generator costs more than all the rest of an id. */
const random = Buffer.alloc(256 * idSize);
let used = random.length;

/** A new id (UUID, RFC 9562, version 7): later ones sort after those of earlier milliseconds. */
export function newId(): string {
  if (used === random.length) {
    randomFillSync(random);
    used = 0;
  }
  return v7({ random: random.subarray(used, (used += idSize)) });
}
