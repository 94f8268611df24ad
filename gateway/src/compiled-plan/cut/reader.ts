import { UnforeseenTextError, type Piece } from './piece.ts';

/** An answer while it is read, from its first sign to its last. */
export type Input = { readonly text: string; at: number };

/** Reads on, and adds what it cut out to the pieces of an object. */
export type Read = (input: Input, pieces: Piece[]) => void;
/** Makes a piece of what an expression has found, beginning with one of its groups; `groups` is how many it needs. */
export type Take = { groups: number; take: (found: RegExpExecArray, group: number, pieces: Piece[]) => void };
/** What has no lists in it is read by one regular expression, which may be a part of another. */
export type Form = { pattern: string; takes: Take[] };
export type Reading = Form | Read;

const unforeseen = (): never => {
  throw new UnforeseenTextError('an answer that is written otherwise than foreseen');
};

export function readSign(input: Input, sign: string): void {
  if (!input.text.startsWith(sign, input.at)) unforeseen();
  input.at += sign.length;
}

/** The answer is over; some end it with a line break. */
export function readEnd({ text, at }: Input): void {
  if (at !== text.length && !(at === text.length - 1 && text.endsWith('\n'))) unforeseen();
}

export const takeText: Take = {
  groups: 1,
  take: (found, group, pieces) => void pieces.push(found[group] ?? null),
};

function takeAll(takes: readonly Take[], found: RegExpExecArray, first: number, pieces: Piece[]): void {
  let group = first;
  for (const { take, groups } of takes) {
    take(found, group, pieces);
    group += groups;
  }
}

export function toRead(reading: Reading): Read {
  if (typeof reading === 'function') return reading;
  const { pattern, takes } = reading;
  const expression = new RegExp(pattern, 'y');
  return (input, pieces) => {
    expression.lastIndex = input.at;
    const found = expression.exec(input.text);
    if (!found) return unforeseen();
    input.at = expression.lastIndex;
    takeAll(takes, found, 1, pieces);
  };
}

export function readInTurn(reads: readonly Read[]): Read {
  return (input, pieces) => {
    for (const read of reads) read(input, pieces);
  };
}

/** Pieces of an object's own, the first of which others bring. */
function reserve(slots: number): Piece[] {
  const pieces: Piece[] = [];
  while (pieces.length < slots) pieces.push(null);
  return pieces;
}

/** An object as one piece, null where that may be. `reserved` is how many of its own pieces others bring. */
export function ofObject(inside: Reading, reserved: number, isNullable: boolean): Reading {
  if (typeof inside === 'function') {
    const read: Read = (input, pieces) => {
      const own = reserve(reserved);
      inside(input, own);
      pieces.push(own);
    };
    return orNull(read, isNullable);
  }
  const { pattern, takes } = inside;
  const take: Take = {
    groups: takes.reduce((sum, { groups }) => sum + groups, 1),
    take(found, group, pieces) {
      if (found[group] === 'null') return void pieces.push(null);
      const own = reserve(reserved);
      takeAll(takes, found, group + 1, own);
      pieces.push(own);
    },
  };
  return { pattern: `(${isNullable ? 'null|' : ''}${pattern})`, takes: [take] };
}

/** A list as one piece, which has one for each item; null where that may be. */
export function ofList(item: Reading, isNullable: boolean): Read {
  const readItem = toRead(item);
  const read: Read = (input, pieces) => {
    const items: Piece[] = [];
    pieces.push(items);
    readSign(input, '[');
    if (input.text[input.at] === ']') return void input.at++;
    for (;;) {
      readItem(input, items);
      const sign = input.text[input.at++];
      if (sign === ']') return;
      if (sign !== ',') unforeseen();
    }
  };
  return orNull(read, isNullable);
}

function orNull(read: Read, isNullable: boolean): Read {
  if (!isNullable) return read;
  return (input, pieces) => {
    if (input.text.startsWith('null', input.at)) {
      input.at += 'null'.length;
      pieces.push(null);
    } else read(input, pieces);
  };
}
