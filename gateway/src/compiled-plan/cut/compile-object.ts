import {
  getNullableType,
  isListType,
  isNullableType,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { collectFields } from '../collect-fields.ts';
import type { Included } from '../conditions.ts';
import type { FetchNode } from '../plan.ts';
import { assignFields, type Asked, type Child, type Part } from './assign-fields.ts';
import { assignKeys, type Keys } from './assign-keys.ts';
import { compileReader } from './compile-reader.ts';
import { compileWriter, type Write } from './compile-writer.ts';
import type { Hop } from './piece.ts';
import { ofList, ofObject, toRead, type Read, type Reading } from './reader.ts';
import type { Field, Source } from './source.ts';

/** Of a fetch: which objects of the response it is about, which piece of theirs it brings, and how that is read. */
export type Placed = {
  hops: readonly Hop[];
  slot: number;
  read: Read;
  /** For a fetch of entities. */
  keys: Keys | undefined;
};

export type Context = {
  schema: GraphQLSchema;
  fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  included: Included;
  sources: readonly Source[];
  /** Where each fetch has its place: filled in. */
  placed: Map<FetchNode, Placed>;
};

/** Compiles the root of a response. It has one piece for each fetch of root fields. */
export function compileRoot(
  context: Context,
  type: GraphQLObjectType,
  operation: Pick<FieldNode, 'selectionSet'>,
): Write {
  const groups = collectFields({ ...context, type, nodes: [operation] });
  return compileObject(context, { type, path: [], groups }, [], []).write;
}

/**
 * Compiles an object of the response. Its pieces are what is fetched for it, a piece for each fetch, and then those that
 * its own text is cut into; `own` are the fields that it was answered with in the first place.
 */
function compileObject(
  context: Context,
  asked: Asked,
  own: Field[],
  hops: readonly Hop[],
): { inside: Reading; fetched: number; write: Write } {
  const here = context.sources.filter(({ path }) => path.join() === asked.path.join());
  const answered = createPart(own, undefined);
  const fetched = here.map(({ fields }, slot) => createPart(fields, slot));
  const parts = [answered, ...fetched];

  const values = assignFields(context, asked, parts);
  // Of what was answered, or fetched before.
  const keys = here.map(
    ({ entity }, slot) => entity && assignKeys(entity, asked.type, parts.slice(0, slot + 1)),
  );
  const compileInside = (part: Part, firstSlot: number): Reading =>
    compileReader(part, asked.type, firstSlot, (child, fields) => {
      const toPart = part.slot === undefined ? [] : [part.slot];
      return compileValue(context, child, fields, [...hops, ...toPart, child.slot]);
    });
  here.forEach(({ fetch }, slot) => {
    const part = fetched[slot];
    if (part)
      context.placed.set(fetch, { hops, slot, read: toRead(compileInside(part, 0)), keys: keys[slot] });
  });
  const inside = compileInside(answered, here.length);
  return { inside, fetched: here.length, write: compileWriter(values) };
}

const createPart = (fields: Field[], slot: number | undefined): Part => ({
  fields,
  slot,
  runs: [],
  keys: new Map(),
  children: new Map(),
});

/** Compiles an object or a list of objects; what it is written with is left in `child`. */
function compileValue(context: Context, child: Child, fields: Field[], hops: readonly Hop[]): Reading {
  const isNullable = isNullableType(child.type);
  const type = getNullableType(child.type);
  const isList = isListType(type);
  const { inside, fetched, write } = compileObject(
    context,
    child.asked,
    fields,
    isList ? [...hops, 'each'] : hops,
  );
  child.write = write;
  if (!isList) return ofObject(inside, fetched, isNullable);
  return ofList(ofObject(inside, fetched, isNullableType(type.ofType)), isNullable);
}
