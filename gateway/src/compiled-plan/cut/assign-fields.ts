import {
  isLeafType,
  isListType,
  getNullableType,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';
import { collectFields } from '../collect-fields.ts';
import { NotCompilableError } from '../plan.ts';
import type { Context } from './compile-object.ts';
import type { Write } from './compile-writer.ts';
import { fieldOf, objectType } from './pattern.ts';
import type { Field } from './source.ts';

/** An object of the response: what is asked of it, by response name. */
export type Asked = { type: GraphQLObjectType; groups: Map<string, FieldNode[]>; path: readonly string[] };

/** Which piece something is, of those of its part; known once it is known how the part is read. */
export type Slot = { part: Part; slot: number };
/** Fields, from one to another, that the response has one after the other, too: they are one piece. */
export type Run = Slot & { from: number; to: number };
/** An object, or list of objects, that is not the same in the response: it has pieces of its own. */
export type Child = Slot & { type: GraphQLOutputType; asked: Asked; key: string; write: Write | undefined };

/** Fields that one answer has of an object, and what they are needed for, by their places. */
export type Part = {
  fields: Field[];
  /** Which piece of the object has the part's pieces; undefined if they are the object's own. */
  slot: number | undefined;
  runs: Run[];
  keys: Map<number, Slot>;
  children: Map<number, Child>;
};

/** What the response has of an object: text that is always the same, or what is cut out of answers. */
export type Value = string | Run | Child;

/** Says for each field of an object of the response which part it is taken from. */
export function assignFields(context: Context, asked: Asked, parts: readonly Part[]): Value[] {
  const { type, groups } = asked;
  const values: Value[] = [];
  for (const [key, nodes] of groups) {
    const name = nodes[0]?.name.value ?? '';
    if (name === '__typename') {
      values.push(`"${key}":"${type.name}"`);
      continue;
    }
    const valueType = fieldOf(type, name).type;
    const owners = parts.filter(({ fields }) =>
      fields.some((field) => field.key === key && field.name === name),
    );
    const part = owners.at(-1);
    const at = part?.fields.findIndex((field) => field.key === key) ?? -1;
    const field = part?.fields[at];
    if (!part || !field) throw new NotCompilableError(`${key}: nobody answers it`);
    const last = values.at(-1);
    const inner = isLeafType(getNullableType(valueType))
      ? undefined
      : innerOf(context, asked, key, valueType, nodes);
    if (inner && owners.length > 1) throw new NotCompilableError(`${key}: several answer it`);
    if (inner && !isVerbatim(context, inner, valueType, field.fields)) {
      const child: Child = { part, slot: -1, type: valueType, asked: inner, key, write: undefined };
      part.children.set(at, child);
      values.push(child);
    } else if (typeof last === 'object' && 'to' in last && last.part === part && last.to === at - 1)
      last.to = at;
    else {
      const run: Run = { part, slot: -1, from: at, to: at };
      part.runs.push(run);
      values.push(run);
    }
  }
  return values;
}

function innerOf(
  context: Context,
  { path }: Asked,
  key: string,
  valueType: GraphQLOutputType,
  nodes: FieldNode[],
): Asked {
  const type = objectType(valueType);
  const inner = isListType(getNullableType(valueType)) ? [...path, key, '@'] : [...path, key];
  return { type, path: inner, groups: collectFields({ ...context, type, nodes }) };
}

/** Whether an object is to be in the response just as it is answered. */
function isVerbatim(
  context: Context,
  asked: Asked,
  valueType: GraphQLOutputType,
  fields: Field[] = [],
): boolean {
  const { type, groups, path } = asked;
  const isTouched = context.sources.some((source) => path.every((key, at) => source.path[at] === key));
  if (isTouched || isListType(getNullableType(valueType)) || groups.size !== fields.length) return false;
  return [...groups].every(([key, nodes], at) => {
    const field = fields[at];
    const name = nodes[0]?.name.value;
    if (!field || field.key !== key || field.name !== name) return false;
    if (!field.fields) return true;
    const inner = fieldOf(type, name).type;
    return isVerbatim(context, innerOf(context, asked, key, inner, nodes), inner, field.fields);
  });
}
