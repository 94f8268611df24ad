import {
  Kind,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentSpreadNode,
  type InlineFragmentNode,
  type OperationDefinitionNode,
} from 'graphql';
import { placeholderField } from './placeholder.ts';

type Selection = FieldNode | FragmentSpreadNode | InlineFragmentNode;

const isCondition = ({ name }: DirectiveNode): boolean => name.value === 'skip' || name.value === 'include';

export const isConditional = ({ directives = [] }: Selection): boolean => directives.some(isCondition);

/** Whether something in the document is conditional, and one of the fields is in it. */
export function isConditionalWith(fields: ReadonlySet<string>, document: DocumentNode): boolean {
  let hasCondition = false;
  let hasField = false;
  visit(document, {
    Directive(directive) {
      hasCondition ||= isCondition(directive);
    },
    Field({ name }) {
      hasField ||= fields.has(name.value);
    },
  });
  return hasCondition && hasField;
}

/** The document with a placeholder for what @skip and @include leave out of an operation, and without them. */
export function decideConditions(
  document: DocumentNode,
  { variableDefinitions = [] }: OperationDefinitionNode,
  variables: Record<string, unknown>,
): DocumentNode {
  const values = new Map<string, unknown>();
  for (const { variable, defaultValue } of variableDefinitions) {
    const { value: name } = variable.name;
    const fallback = defaultValue?.kind === Kind.BOOLEAN ? defaultValue.value : undefined;
    values.set(name, Object.hasOwn(variables, name) ? variables[name] : fallback);
  }

  /** Undefined for one whose value is not right, which Apollo Gateway will say. */
  function isLeftOut({ name, arguments: given = [] }: DirectiveNode): boolean | undefined {
    const argument = given.find((each) => each.name.value === 'if')?.value;
    const value =
      argument?.kind === Kind.VARIABLE
        ? values.get(argument.name.value)
        : argument?.kind === Kind.BOOLEAN && argument.value;
    if (typeof value !== 'boolean') return undefined;
    return name.value === 'skip' ? value : !value;
  }

  function decide(selection: Selection): Selection | undefined {
    if (!isConditional(selection)) return undefined;
    const { directives = [] } = selection;
    const conditions = directives.filter(isCondition);
    if (conditions.some((each) => isLeftOut(each) === true)) return placeholderField;
    return {
      ...selection,
      directives: directives.filter((each) => !isCondition(each) || isLeftOut(each) === undefined),
    };
  }

  return visit(document, {
    Field: { enter: decide },
    InlineFragment: { enter: decide },
    FragmentSpread: { enter: decide },
  });
}
