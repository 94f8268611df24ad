import { Kind, parse, type SelectionSetNode } from 'graphql';
import { NotCompilableError, type FetchNode } from '../plan.ts';

/** A field as a subgraph is asked for it; answers have the fields of an object in the order in which they were asked for. */
export type Field = { key: string; name: string; fields: Field[] | undefined };

/** A fetch, what it asks for, and of which objects of the response. */
export type Source = {
  fetch: FetchNode;
  /** Keys from the root on, `@` for every item of a list. */
  path: readonly string[];
  fields: Field[];
  /** For a fetch of entities: their type, and the fields by which the subgraph knows them, in order. */
  entity: { type: string; keys: { key: string; isTypename: boolean }[] } | undefined;
};

/** @throws NotCompilableError for what asks for something else than plain fields of one type. */
export function sourceOf(fetch: FetchNode, path: readonly (string | number)[]): Source {
  const [operation, ...more] = parse(fetch.operation, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION || more.length > 0)
    throw new NotCompilableError('a document of several definitions');
  const source = { fetch, path: path.map(String) };
  if (!fetch.requires) {
    if (path.length > 0) throw new NotCompilableError('root fields of an object');
    return { ...source, fields: fieldsOf(operation.selectionSet), entity: undefined };
  }

  const [entities, ...others] = operation.selectionSet.selections;
  if (entities?.kind !== Kind.FIELD || !entities.selectionSet || others.length > 0)
    throw new NotCompilableError('entities and other fields');
  const [only, ...otherTypes] = entities.selectionSet.selections;
  const type = only?.kind === Kind.INLINE_FRAGMENT ? only.typeCondition?.name.value : undefined;
  if (only?.kind !== Kind.INLINE_FRAGMENT || type === undefined || otherTypes.length > 0)
    throw new NotCompilableError('entities of several types');
  return { ...source, fields: fieldsOf(only.selectionSet), entity: { type, keys: keysOf(fetch, type) } };
}

function fieldsOf({ selections }: SelectionSetNode): Field[] {
  const fields = selections.map((selection): Field => {
    if (selection.kind !== Kind.FIELD || selection.directives?.length)
      throw new NotCompilableError('fields that may be left out');
    const { name, alias, selectionSet } = selection;
    return {
      key: (alias ?? name).value,
      name: name.value,
      fields: selectionSet && fieldsOf(selectionSet),
    };
  });
  if (new Set(fields.map(({ key }) => key)).size < fields.length)
    throw new NotCompilableError('a field that is asked for twice');
  return fields;
}

function keysOf({ requires = [] }: FetchNode, type: string) {
  const [of, ...others] = requires;
  if (of?.kind !== Kind.INLINE_FRAGMENT || of.typeCondition !== type || others.length > 0)
    throw new NotCompilableError('keys of several types');
  return of.selections.map((selection) => {
    if (selection.kind !== Kind.FIELD || selection.selections)
      throw new NotCompilableError('a key of several fields');
    return { key: selection.alias ?? selection.name, isTypename: selection.name === '__typename' };
  });
}
