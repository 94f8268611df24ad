import type { GraphQLObjectType } from 'graphql';
import { NotCompilableError } from '../plan.ts';
import type { Part, Slot } from './assign-fields.ts';
import type { Source } from './source.ts';

/** How an entity is represented: what is written before each of the values that were answered, and after the last one. */
export type Keys = { values: { before: string; slot: Slot }[]; end: string };

/** Says where the values of an entity's keys are taken from: a part that is there before they are needed. */
export function assignKeys(
  { type: entityType, keys }: NonNullable<Source['entity']>,
  type: GraphQLObjectType,
  before: readonly Part[],
): Keys {
  if (entityType !== type.name) throw new NotCompilableError(`${entityType}: not of the type ${type.name}`);
  const values: Keys['values'] = [];
  let text = '{';
  keys.forEach(({ key, isTypename }, index) => {
    text += `${index > 0 ? ',' : ''}"${key}":`;
    if (isTypename) text += `"${type.name}"`;
    else {
      values.push({ before: text, slot: slotOf(key, before) });
      text = '';
    }
  });
  return { values, end: `${text}}` };
}

function slotOf(key: string, parts: readonly Part[]): Slot {
  for (const part of parts) {
    const at = part.fields.findIndex((field) => field.key === key && !field.fields);
    if (at < 0) continue;
    const slot = part.keys.get(at) ?? { part, slot: -1 };
    part.keys.set(at, slot);
    return slot;
  }
  throw new NotCompilableError(`${key}: a key that is not answered before`);
}
