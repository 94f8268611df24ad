/**
 * What an answer is cut into: text that is JSON as it is, null for a null object or list, and of an object or a list that is
 * put together anew its own pieces.
 */
export type Piece = string | null | Piece[];

/** An answer, or what was made of it, is not as it was foreseen: it has to be parsed and merged. */
export class UnforeseenTextError extends Error {
  override name = 'UnforeseenTextError';
}

export function textOf(piece: Piece | undefined): string {
  if (typeof piece !== 'string') throw new UnforeseenTextError('no text where some should be');
  return piece;
}

export function piecesOf(piece: Piece | undefined): Piece[] {
  if (!Array.isArray(piece)) throw new UnforeseenTextError('no pieces where some should be');
  return piece;
}

/** How to come from an object of the response to some below it: a piece of one, or each piece of a list. */
export type Hop = number | 'each';

/** All that are there; an object or list that is null has none. */
export function collect(piece: Piece | undefined, hops: readonly Hop[], depth = 0, found: Piece[][] = []) {
  if (piece === null) return found;
  const pieces = piecesOf(piece);
  const hop = hops[depth];
  if (hop === undefined) found.push(pieces);
  else if (hop === 'each') for (const item of pieces) collect(item, hops, depth + 1, found);
  else collect(pieces[hop], hops, depth + 1, found);
  return found;
}
