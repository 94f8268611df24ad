import {
  Kind,
  parse,
  print,
  visit,
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type FieldDefinitionNode,
  type SelectionSetNode,
} from 'graphql';

/** A `@requires` in one subgraph: the field that has it, and what that field needs. */
export type Requirement = { graph: string; type: string; field: string; fields: SelectionSetNode };

/** What planning depends on, apart from the schema that clients see. */
export type SupergraphFacts = {
  /** Response names that the planner adds to what clients ask for: of key fields, of required ones, and `__typename`. */
  reserved: ReadonlySet<string>;
  /** Those of required fields with arguments: a client's own field of that name may have other ones. (Key fields have none.) */
  reservedWithArguments: ReadonlySet<string>;
  requirements: readonly Requirement[];
};

export function readSupergraph(document: DocumentNode): SupergraphFacts {
  const reserved = new Set(['__typename']);
  const required = new Set<string>();
  const withArguments = new Set<string>();
  const requirements: Requirement[] = [];
  const graphs = subgraphNames(document);

  function readField(
    type: string,
    { name, arguments: given = [], directives = [] }: FieldDefinitionNode,
  ): void {
    if (given.length > 0) withArguments.add(name.value);
    for (const directive of directives) {
      for (const set of fieldSets(directive)) reserve(set, reserved);
      const requires = stringOf(directive, 'requires');
      const graph = graphs.get(stringOf(directive, 'graph') ?? '');
      if (requires === undefined || graph === undefined) continue;
      const fields = parseFields(requires);
      reserve(fields, required);
      requirements.push({ graph, type, field: name.value, fields });
    }
  }

  for (const definition of document.definitions) {
    if (!isObjectOrInterface(definition)) continue;
    for (const directive of definition.directives ?? [])
      for (const set of fieldSets(directive)) reserve(set, reserved);
    for (const field of definition.fields ?? []) readField(definition.name.value, field);
  }
  const reservedWithArguments = new Set([...required].filter((name) => withArguments.has(name)));
  return { reserved, reservedWithArguments, requirements };
}

const isObjectOrInterface = (each: DefinitionNode) =>
  each.kind === Kind.OBJECT_TYPE_DEFINITION || each.kind === Kind.INTERFACE_TYPE_DEFINITION;

/**
 * The supergraph with each type's resolvable keys before its other ones. Between two fetches from one subgraph the planner takes
 * the first key for the way back there, though it be one by which that subgraph resolves nothing.
 */
export function withResolvableKeysFirst(document: DocumentNode): string {
  return print(
    visit(document, {
      ObjectTypeDefinition: (node) => ({ ...node, directives: node.directives?.toSorted(byResolvable) }),
      InterfaceTypeDefinition: (node) => ({ ...node, directives: node.directives?.toSorted(byResolvable) }),
    }),
  );
}

function byResolvable(a: ConstDirectiveNode, b: ConstDirectiveNode): number {
  return Number(isUnresolvable(a)) - Number(isUnresolvable(b));
}

function isUnresolvable({ name, arguments: given = [] }: ConstDirectiveNode): boolean {
  return (
    name.value === 'join__type' &&
    given.some(
      ({ name, value }) => name.value === 'resolvable' && value.kind === Kind.BOOLEAN && !value.value,
    )
  );
}

/** Subgraphs' names by those of `join__Graph`. */
function subgraphNames({ definitions }: DocumentNode): Map<string, string> {
  const graphs = definitions.find(
    (each) => each.kind === Kind.ENUM_TYPE_DEFINITION && each.name.value === 'join__Graph',
  );
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) throw new Error('the supergraph names no subgraphs');
  return new Map(
    (graphs.values ?? []).map(({ name, directives: [directive] = [] }) => [
      name.value,
      (directive && stringOf(directive, 'name')) ?? name.value,
    ]),
  );
}

/** The selections in a directive that the planner may add to what a client asks for. */
function fieldSets({ name, arguments: given = [] }: ConstDirectiveNode): SelectionSetNode[] {
  if (name.value !== 'join__type' && name.value !== 'join__field') return [];
  return given.flatMap(({ name, value }) => {
    if ((name.value === 'key' || name.value === 'requires') && value.kind === Kind.STRING)
      return [parseFields(value.value)];
    if (name.value !== 'contextArguments' || value.kind !== Kind.LIST) return [];
    return value.values.flatMap((each) =>
      each.kind === Kind.OBJECT
        ? each.fields.flatMap(({ name, value }) =>
            name.value === 'selection' && value.kind === Kind.STRING ? [parseFields(value.value)] : [],
          )
        : [],
    );
  });
}

function parseFields(text: string): SelectionSetNode {
  const [definition] = parse(/^\s*\{/.test(text) ? text : `{${text}}`, { noLocation: true }).definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no set of fields: ${text}`);
  return definition.selectionSet;
}

function reserve(fields: SelectionSetNode, names: Set<string>): void {
  visit(fields, { Field: ({ name }) => void names.add(name.value) });
}

function stringOf({ arguments: given = [] }: ConstDirectiveNode, argument: string): string | undefined {
  const value = given.find(({ name }) => name.value === argument)?.value;
  return value?.kind === Kind.STRING || value?.kind === Kind.ENUM ? value.value : undefined;
}
