import { Kind, print, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';
import type { PlacedFetch } from './plan-fetches.ts';
import type { Requirement } from './supergraph.ts';

/** Two fields of one object that need another of its fields, each with other arguments. */
export type Conflict = { fields: readonly [string, string]; required: string };

/**
 * Finds in a plan what the planner overlooks: it asks for a required field once for each object, with the arguments of one
 * of those that need it. Undefined for a supergraph in which that cannot happen.
 */
export function createConflictSearch(requirements: readonly Requirement[]) {
  if (!mayConflict(requirements)) return undefined;

  return (fetches: readonly PlacedFetch[]): Conflict | undefined => {
    const needed = new Map<string, { field: string; call: string }>();
    for (const { fetch, document, path } of fetches) {
      if (!fetch.requires) continue;
      for (const { type, field } of entityFields(document.definitions)) {
        for (const { required, call } of requiredBy(requirements, fetch.serviceName, type, field)) {
          const place = [...path, ...required].join('.');
          const other = needed.get(place);
          if (other && other.call !== call)
            return { fields: [other.field, field], required: required.at(-1) ?? '' };
          needed.set(place, { field, call });
        }
      }
    }
    return undefined;
  };
}

function mayConflict(requirements: readonly Requirement[]): boolean {
  const calls = new Map<string, string>();
  return requirements.some(({ fields }) =>
    callsIn(fields).some(({ required, call }) => {
      const name = required.at(-1) ?? '';
      const other = calls.get(name);
      calls.set(name, call);
      return other !== undefined && other !== call;
    }),
  );
}

type Call = { required: readonly string[]; call: string };

/** The fields of a selection, each by its path, with its arguments as they are written. */
function callsIn({ selections }: SelectionSetNode, path: readonly string[] = []): Call[] {
  return selections.flatMap((selection) => {
    if (selection.kind === Kind.INLINE_FRAGMENT) return callsIn(selection.selectionSet, path);
    if (selection.kind !== Kind.FIELD) return [];
    const { name, arguments: given = [], selectionSet } = selection;
    const required = [...path, name.value];
    const call = given.map(print).toSorted().join(', ');
    return [{ required, call }, ...(selectionSet ? callsIn(selectionSet, required) : [])];
  });
}

function requiredBy(
  requirements: readonly Requirement[],
  graph: string,
  type: string,
  field: string,
): Call[] {
  const ofField = requirements.filter((each) => each.graph === graph && each.field === field);
  const ofType = ofField.filter((each) => each.type === type);
  // Of an interface, those of its types.
  return (ofType.length > 0 ? ofType : ofField).flatMap(({ fields }) => callsIn(fields));
}

type Definitions = PlacedFetch['document']['definitions'];

/** The fields that are asked of entities, not those below them. */
function entityFields(definitions: Definitions): { type: string; field: string }[] {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);

  function collect({ selections }: SelectionSetNode, type: string): { type: string; field: string }[] {
    return selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [{ type, field: selection.name.value }];
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      return fragment ? collect(fragment.selectionSet, fragment.typeCondition?.name.value ?? type) : [];
    });
  }

  return definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? definition.selectionSet.selections.flatMap((entities) =>
          entities.kind === Kind.FIELD && entities.selectionSet
            ? collect(entities.selectionSet, '_Entity')
            : [],
        )
      : [],
  );
}
