import {
  isAbstractType,
  isObjectType,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type FragmentSpreadNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { badUserInput } from '../request-errors.ts';
import { decideConditions, isConditional, isConditionalWith } from './conditions.ts';
import { looksPlanned, plannedName } from './names.ts';
import { placeholderField } from './placeholder.ts';
import type { SupergraphFacts } from './supergraph.ts';

/** To plan an operation by: the client's own document, unless something in it would be planned wrong. */
export type PlannedDocument = {
  document: DocumentNode;
  isOther: boolean;
  /** Whether it is right for the variables of one request only. */
  isDecided: boolean;
};

/** Spreads of fragments that are written out: each may be long, and have others in it. */
const maxInlined = 100;

/**
 * Turns clients' documents into ones that are planned and executed right:
 * - The planner adds fields of its own to what a client asks for, and drops a client's field that has the response name of one
 *   of them (apollographql/federation#3036). The client's name becomes another one, which `clientName` turns back.
 * - It plans nothing at all for an object whose fields are all left out. A placeholder among them stays.
 * - The executor forgets the type of an object within a fragment on one of its interfaces, and then misses what a fragment on
 *   that type asks for. The interface is left out.
 * - It plans the fields that a conditional field requires on that condition, and then nothing is asked for other fields either
 *   that are fetched with it. Conditions are decided beforehand in an operation with such fields.
 */
export function createDocumentPlanning({ reserved, reservedWithArguments, requirements }: SupergraphFacts) {
  const known = new WeakMap<DocumentNode, PlannedDocument>();
  const requiring = new Set(requirements.map(({ field }) => field));

  function isInTheWay(name: string, responseName: string): boolean {
    if (reservedWithArguments.has(responseName) || looksPlanned(responseName)) return true;
    // As a key of JavaScript's objects it may be lost, or found where it is not.
    if (responseName in Object.prototype) return true;
    return responseName !== name && reserved.has(responseName);
  }

  function rename(field: FieldNode): FieldNode {
    const responseName = (field.alias ?? field.name).value;
    if (field === placeholderField || !isInTheWay(field.name.value, responseName)) return field;
    return { ...field, alias: { kind: Kind.NAME, value: plannedName(responseName) } };
  }

  function plan(document: DocumentNode, schema: GraphQLSchema): PlannedDocument {
    const mayBeEmpty = createEmptiness(document);
    const withoutInterface = createInterfaceRemoval(document, schema);
    const types = new TypeInfo(schema);
    const visitor: ASTVisitor = {
      InlineFragment: { enter: (fragment) => withoutInterface(fragment, types.getParentType()) },
      FragmentSpread: { enter: (spread) => withoutInterface(spread, types.getParentType()) },
      Field: {
        leave(field) {
          const renamed = rename(field);
          const { selectionSet } = renamed;
          if (selectionSet && mayBeEmpty(selectionSet))
            return { ...renamed, selectionSet: withPlaceholder(selectionSet) };
          return renamed === field ? undefined : renamed;
        },
      },
    };
    const planned: DocumentNode = visit(document, visitWithTypeInfo(types, visitor));
    return { document: planned, isOther: planned !== document, isDecided: false };
  }

  return (
    document: DocumentNode,
    schema: GraphQLSchema,
    operation: OperationDefinitionNode,
    variables: Record<string, unknown> = {},
  ): PlannedDocument => {
    if (requiring.size > 0 && isConditionalWith(requiring, document)) {
      const decided = decideConditions(document, operation, variables);
      return { document: plan(decided, schema).document, isOther: true, isDecided: true };
    }
    let planned = known.get(document);
    if (!planned) known.set(document, (planned = plan(document, schema)));
    return planned;
  };
}
export type DocumentPlanning = ReturnType<typeof createDocumentPlanning>;

function withPlaceholder(selectionSet: SelectionSetNode): SelectionSetNode {
  return { ...selectionSet, selections: [...selectionSet.selections, placeholderField] };
}

/**
 * Turns a fragment on an interface, or on a union, into one without a type, where the type of the object is known to be one of
 * it; then a fragment within it may be on a type that the object is not of, and nothing is asked.
 */
function createInterfaceRemoval(document: DocumentNode, schema: GraphQLSchema) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const each of document.definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION) fragments.set(each.name.value, each);
  let inlined = 0;

  return (
    selection: InlineFragmentNode | FragmentSpreadNode,
    type: GraphQLCompositeType | null | undefined,
  ): InlineFragmentNode | FieldNode | undefined => {
    const fragment =
      selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    const name = fragment?.typeCondition?.name.value;
    if (!fragment || !isObjectType(type) || name === undefined || name === type.name) return undefined;
    const condition = schema.getType(name);
    if (!isAbstractType(condition) || !schema.isSubType(condition, type)) return placeholderField;
    if (selection.kind === Kind.FRAGMENT_SPREAD && ++inlined > maxInlined)
      throw badUserInput(
        `more than ${maxInlined} spreads of fragments on interfaces where the type is known`,
      );
    const { directives = [] } = selection;
    return { kind: Kind.INLINE_FRAGMENT, directives, selectionSet: fragment.selectionSet };
  };
}

/** Says whether @skip and @include can leave nothing of some selections. */
function createEmptiness(document: DocumentNode): (selections: SelectionSetNode) => boolean {
  const fragments = new Map<string, { selectionSet: SelectionSetNode; isEmpty?: boolean }>();
  for (const each of document.definitions)
    if (each.kind === Kind.FRAGMENT_DEFINITION)
      fragments.set(each.name.value, { selectionSet: each.selectionSet });

  function mayBeEmpty({ selections }: SelectionSetNode): boolean {
    return !selections.some(isSure);
  }

  function isSure(selection: SelectionNode): boolean {
    if (isConditional(selection)) return false;
    if (selection.kind === Kind.FIELD) return true;
    if (selection.kind === Kind.INLINE_FRAGMENT) return !mayBeEmpty(selection.selectionSet);
    const fragment = fragments.get(selection.name.value);
    if (!fragment) return false;
    return !(fragment.isEmpty ??= mayBeEmpty(fragment.selectionSet));
  }

  return mayBeEmpty;
}
