import { v7 } from 'uuid';
import { createRandomPool } from './random-pool.ts';

const drawRandom = createRandomPool(16);

/** A new id (UUID, RFC 9562, version 7): later ones sort after those of earlier milliseconds. */
export const newId = (): string => v7({ random: drawRandom() });
