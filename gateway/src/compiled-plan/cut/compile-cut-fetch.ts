import type { Step } from '../compile-fetch.ts';
import { compileRequest } from '../compile-request.ts';
import { NotCompilableError, type FetchNode } from '../plan.ts';
import type { Asked, Run } from '../run.ts';
import type { Keys } from './assign-keys.ts';
import type { Placed } from './compile-object.ts';
import { pieceAt } from './compile-writer.ts';
import { collect, textOf, UnforeseenTextError, type Piece } from './piece.ts';
import { readEnd, readSign, type Input, type Read } from './reader.ts';

/** Compiles a fetch whose answer is cut, each object of it into a piece of the object of the response that it is about. */
export function compileCutFetch(fetch: FetchNode, placed: Placed): Step {
  return placed.keys
    ? compileEntityFetch(fetch, { ...placed, keys: placed.keys })
    : compileRootFetch(fetch, placed);
}

function compileRootFetch(fetch: FetchNode, { slot, read }: Placed): Step {
  const request = compileRequest(fetch);
  return async (run) => {
    const input = await askText(run, request.ofRoot(run.variables));
    readSign(input, '{"data":');
    run.pieces[slot] = readOne(read, input);
    readSign(input, '}');
    readEnd(input);
  };
}

function compileEntityFetch(fetch: FetchNode, { hops, slot, read, keys }: Placed & { keys: Keys }): Step {
  const request = compileRequest(fetch);
  const [first, ...more] = keys.values;
  if (!first) throw new NotCompilableError('entities without a key');
  const valueOf = (target: Piece[], { slot }: Keys['values'][number]) => textOf(pieceAt(target, slot));
  /** What tells entities apart; with one key, which is usual, nothing has to be put together for it. */
  const identityOf = (target: Piece[]): string =>
    more.reduce((identity, value) => `${identity},${valueOf(target, value)}`, valueOf(target, first));
  const represent = (target: Piece[]): string =>
    keys.values.reduce((text, value) => text + value.before + valueOf(target, value), '') + keys.end;

  return async (run) => {
    const targets = collect(run.pieces, hops);
    const representations: string[] = [];
    const places: number[] = [];
    const placeOf = new Map<string, number>();
    for (const target of targets) {
      const identity = identityOf(target);
      let place = placeOf.get(identity);
      if (place === undefined) {
        place = representations.push(represent(target)) - 1;
        placeOf.set(identity, place);
      }
      places.push(place);
    }
    if (targets.length === 0) return;

    const input = await askText(run, request.ofEntities(run.variables, representations, places));
    readSign(input, '{"data":{"_entities":[');
    const entities = representations.map((_, index) => {
      if (index > 0) readSign(input, ',');
      return readOne(read, input);
    });
    readSign(input, ']}}');
    readEnd(input);
    targets.forEach((target, index) => {
      target[slot] = entities[places[index] ?? 0] ?? null;
    });
  };
}

async function askText(run: Run, asked: Asked): Promise<Input> {
  const { status, body } = await run.ask(asked);
  if (status !== 200) throw new UnforeseenTextError(`status ${status}`);
  return { text: body, at: 0 };
}

function readOne(read: Read, input: Input): Piece {
  const pieces: Piece[] = [];
  read(input, pieces);
  return pieces;
}
