import { Kind, type DefinitionNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';

/** Response names of an object, whatever its type, each with those below it; undefined where the value is a leaf. */
export type Shape = Map<string, Shape | undefined>;

export const newShape = (): Shape => new Map();

/** The shape of what a document's operations answer. */
export function shapeOf(definitions: readonly DefinitionNode[]): Shape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  const added = new Map<Shape, Set<string>>();

  /** A fragment may be spread any number of times. */
  function isAdded(name: string, shape: Shape): boolean {
    const names = added.get(shape) ?? new Set();
    added.set(shape, names);
    return names.size === names.add(name).size;
  }

  function add({ selections }: SelectionSetNode, shape: Shape): void {
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) add(selection.selectionSet, shape);
      else if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        if (fragment && !isAdded(fragment.name.value, shape)) add(fragment.selectionSet, shape);
      } else {
        const key = (selection.alias ?? selection.name).value;
        const inner = shape.get(key) ?? (selection.selectionSet && newShape());
        shape.set(key, inner);
        if (inner && selection.selectionSet) add(selection.selectionSet, inner);
      }
    }
  }

  const shape = newShape();
  for (const each of definitions) if (each.kind === Kind.OPERATION_DEFINITION) add(each.selectionSet, shape);
  return shape;
}
