import {
  isNonNullType,
  Kind,
  TypeInfo,
  ValidationContext,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

/**
 * The variables that may be null by their type, but not where they are used: valid for the default value that one of the two
 * has (GraphQL, section 5.8.5), and an error of the request as soon as null is given for them.
 */
export function neverNull(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
): string[] {
  const definitions = operation.variableDefinitions ?? [];
  const nullable = new Set(
    definitions
      .filter(({ type }) => type.kind !== Kind.NON_NULL_TYPE)
      .map(({ variable }) => variable.name.value),
  );
  if (nullable.size === 0) return [];
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
  const context = new ValidationContext(schema, document, new TypeInfo(schema), () => undefined);
  const names = context
    .getRecursiveVariableUsages(operation)
    .filter(({ node, type }) => nullable.has(node.name.value) && type && isNonNullType(type))
    .map(({ node }) => node.name.value);
  return [...new Set(names)];
}

/** Levels of lists and objects in the variables: more than any input type has a use for. */
const maxDepth = 64;

/** What is wrong with variables that would not reach a subgraph as they came, whatever their types. */
export function flawOf(value: unknown, depth = 0): string | undefined {
  // JSON would write it as null.
  if (typeof value === 'number')
    return Number.isFinite(value) ? undefined : 'a number in the variables is too large';
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth > maxDepth) return `the variables are nested too deeply (at most ${maxDepth} levels)`;
  for (const inner of Object.values(value)) {
    const flaw = flawOf(inner, depth + 1);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}
