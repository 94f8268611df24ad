import {
  isAbstractType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { Included } from './conditions.ts';

export type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

/**
 * The fields that are asked of an object of the given type, by response name and in response order: GraphQL's
 * CollectFields (https://spec.graphql.org/October2021/#CollectFields()).
 */
export function collectFields(options: {
  type: GraphQLObjectType;
  nodes: readonly Pick<FieldNode, 'selectionSet'>[];
  schema: GraphQLSchema;
  fragments: Fragments;
  included: Included;
}): Map<string, FieldNode[]> {
  const { type, nodes, schema, fragments, included } = options;
  const groups = new Map<string, FieldNode[]>();
  const visited = new Set<string>();

  function applies(condition: string | undefined): boolean {
    if (condition === undefined || condition === type.name) return true;
    const conditionType = schema.getType(condition);
    return isAbstractType(conditionType) && schema.isSubType(conditionType, type);
  }

  function collect({ selections }: SelectionSetNode): void {
    for (const selection of selections) {
      if (!included(selection)) continue;
      if (selection.kind === Kind.FIELD) {
        const key = selection.alias?.value ?? selection.name.value;
        const group = groups.get(key);
        if (group) group.push(selection);
        else groups.set(key, [selection]);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        if (applies(selection.typeCondition?.name.value)) collect(selection.selectionSet);
      } else {
        const name = selection.name.value;
        const fragment = fragments[name];
        if (visited.has(name) || !fragment) continue;
        visited.add(name);
        if (applies(fragment.typeCondition.name.value)) collect(fragment.selectionSet);
      }
    }
  }

  for (const { selectionSet } of nodes) if (selectionSet) collect(selectionSet);
  return groups;
}
