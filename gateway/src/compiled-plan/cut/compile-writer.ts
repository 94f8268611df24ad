import { getNullableType, isListType } from 'graphql';
import type { Child, Slot, Value } from './assign-fields.ts';
import { piecesOf, textOf, UnforeseenTextError, type Piece } from './piece.ts';

/** Writes an object, given its pieces. */
export type Write = (pieces: Piece[]) => string;

/** The piece of an object that is at a slot of one of its parts. */
export function pieceAt(pieces: Piece[], { part, slot }: Slot): Piece | undefined {
  return part.slot === undefined ? pieces[slot] : piecesOf(pieces[part.slot])[slot];
}

/** Compiles how an object is written whose fields are these. */
export function compileWriter(values: readonly Value[]): Write {
  const fields = values.map((value, index) => compileField(value, index > 0 ? ',' : ''));
  return (pieces) => {
    let text = '{';
    for (const write of fields) text += write(pieces);
    return text + '}';
  };
}

function compileField(value: Value, before: string): Write {
  if (typeof value === 'string') return () => before + value;
  if ('to' in value) return (pieces) => before + textOf(pieceAt(pieces, value));
  const prefix = `${before}"${value.key}":`;
  const write = compileChild(value);
  return (pieces) => prefix + write(pieceAt(pieces, value));
}

function compileChild({ type, write }: Child): (piece: Piece | undefined) => string {
  if (!write) throw new UnforeseenTextError('nobody reads it');
  const writeObject = (piece: Piece | undefined) => (piece === null ? 'null' : write(piecesOf(piece)));
  if (!isListType(getNullableType(type))) return writeObject;
  return (piece) => {
    if (piece === null) return 'null';
    let text = '[';
    piecesOf(piece).forEach((item, index) => (text += (index > 0 ? ',' : '') + writeObject(item)));
    return text + ']';
  };
}
