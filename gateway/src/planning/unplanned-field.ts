import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  Kind,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { isConditional } from './conditions.ts';
import type { Path, PlacedFetch } from './plan-fetches.ts';
import { newShape, shapeOf, type Shape } from './shape.ts';

/**
 * The path of a field that a client asks for and no fetch of the plan does, if there is one: the planner leaves out, without a
 * word, what no subgraph can resolve, and it would be null. Fields that @skip and @include decide over, and those of some types
 * only, may be left out.
 */
export function unplannedField(options: {
  schema: GraphQLSchema;
  operation: OperationDefinitionNode;
  fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  fetches: readonly PlacedFetch[];
}): Path | undefined {
  const { schema, operation, fragments, fetches } = options;

  function find(
    { selections }: SelectionSetNode,
    type: GraphQLCompositeType,
    shape: Shape,
    path: Path,
  ): Path | undefined {
    for (const selection of selections) {
      const found = isConditional(selection) ? undefined : findIn(selection, type, shape, path);
      if (found) return found;
    }
    return undefined;
  }

  function findIn(
    selection: SelectionNode,
    type: GraphQLCompositeType,
    shape: Shape,
    path: Path,
  ): Path | undefined {
    if (selection.kind !== Kind.FIELD) {
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments[selection.name.value];
      const condition = fragment?.typeCondition?.name.value ?? type.name;
      const inner = schema.getType(condition);
      const isOfSome = condition !== type.name && isAbstractType(type);
      if (!fragment || isOfSome || !isCompositeType(inner)) return undefined;
      return find(fragment.selectionSet, inner, shape, path);
    }
    const { name, alias, selectionSet } = selection;
    if (name.value.startsWith('__')) return undefined;
    const key = (alias ?? name).value;
    const here = [...path, key];
    if (!shape.has(key)) return here;
    const inner = 'getFields' in type ? getNamedType(type.getFields()[name.value]?.type) : undefined;
    const below = shape.get(key);
    return selectionSet && below && isCompositeType(inner)
      ? find(selectionSet, inner, below, here)
      : undefined;
  }

  const rootType = schema.getRootType(operation.operation);
  return rootType ? find(operation.selectionSet, rootType, fetchedShape(fetches), []) : undefined;
}

/** What all fetches together bring. */
function fetchedShape(fetches: readonly PlacedFetch[]): Shape {
  const root = newShape();
  for (const { document, path, fetch } of fetches) {
    let shape = root;
    for (const name of path) {
      const inner = shape.get(name) ?? newShape();
      shape.set(name, inner);
      shape = inner;
    }
    const fetched = shapeOf(document.definitions);
    merge(shape, (fetch.requires && fetched.get('_entities')) ?? fetched);
  }
  return root;
}

/** The planner gives fields of one name and several types other names, for the time of the fetch. */
const ownName = (name: string): string => name.replace(/__alias_\d+$/, '');

function merge(into: Shape, from: Shape): void {
  for (const [key, inner] of from) {
    for (const name of new Set([key, ownName(key)])) {
      const merged = into.get(name) ?? (inner && newShape());
      into.set(name, merged);
      if (merged && inner) merge(merged, inner);
    }
  }
}
