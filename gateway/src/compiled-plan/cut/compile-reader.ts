import type { GraphQLObjectType } from 'graphql';
import type { Child, Part } from './assign-fields.ts';
import { fieldOf, fieldPattern, valuePattern } from './pattern.ts';
import { readInTurn, takeText, toRead, type Read, type Reading, type Take } from './reader.ts';
import type { Field } from './source.ts';

/**
 * Compiles how an object is read, as far as a part has its fields, and gives the slots, from the first free one on, in the
 * order in which the pieces are cut out: a regular expression's groups are in the order in which they begin.
 */
export function compileReader(
  { fields, runs, keys, children }: Part,
  type: GraphQLObjectType,
  firstSlot: number,
  compileChild: (child: Child, fields: Field[]) => Reading,
): Reading {
  const reads: Read[] = [];
  let pattern = '\\{';
  let takes: Take[] = [];
  let slot = firstSlot;
  const cut = (piece: { slot: number }): void => {
    piece.slot = slot++;
    takes.push(takeText);
  };
  fields.forEach((field, at) => {
    if (at > 0) pattern += ',';
    const child = children.get(at);
    if (child && field.fields) {
      pattern += `"${field.key}":`;
      child.slot = slot++;
      const reading = compileChild(child, field.fields);
      if (typeof reading === 'function') {
        reads.push(toRead({ pattern, takes }), reading);
        [pattern, takes] = ['', []];
      } else {
        pattern += reading.pattern;
        takes.push(...reading.takes);
      }
      return;
    }
    const begins = runs.find(({ from }) => from === at);
    const key = keys.get(at);
    if (begins) {
      pattern += '(';
      cut(begins);
    }
    if (key) {
      pattern += `"${field.key}":(${valuePattern(fieldOf(type, field.name).type, undefined)})`;
      cut(key);
    } else pattern += fieldPattern(type, field);
    if (runs.some(({ to }) => to === at)) pattern += ')';
  });
  pattern += '\\}';
  return reads.length === 0 ? { pattern, takes } : readInTurn([...reads, toRead({ pattern, takes })]);
}
