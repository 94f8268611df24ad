import {
  buildASTSchema,
  Kind,
  parse,
  visit,
  type ConstDirectiveNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

/** How a subgraph is asked for an entity: `Product` by `id` from `CATALOGS`. */
export type EntityKey = { type: string; subgraph: string; key: string };

export type ReadSupergraph = {
  /** What clients see. */
  api: GraphQLSchema;
  /** What gateways ask subgraphs by. */
  keys: EntityKey[];
};

/** Reads a composed supergraph (its text). Throws GraphQLError when it is none. */
export function readSupergraph(text: string): ReadSupergraph {
  const document = parse(text);
  return { api: buildASTSchema(apiDocument(document)), keys: keysOf(document) };
}

const isOfFederation = (name: string): boolean => /^(join|link|core)__/.test(name);

type Directed = { directives?: readonly { name: { value: string } }[] | undefined };

const isInaccessible = ({ directives = [] }: Directed): boolean =>
  directives.some(({ name }) => name.value === 'inaccessible');

/** The supergraph without what is for gateways only: federation's own types and directives, and what is @inaccessible. */
function apiDocument(document: DocumentNode): DocumentNode {
  return visit(document, {
    enter(node) {
      if ('directives' in node && isInaccessible(node)) return null;
      if ('name' in node && node.name?.kind === Kind.NAME && isOfFederation(node.name.value)) return null;
      // Directives of schemas say nothing to clients, but that something is deprecated.
      if (node.kind === Kind.DIRECTIVE && node.name.value !== 'deprecated') return null;
      if (node.kind === Kind.DIRECTIVE_DEFINITION && !isForOperations(node.locations)) return null;
      return undefined;
    },
  });
}

const operationLocations = ['QUERY', 'MUTATION', 'FIELD', 'FRAGMENT_SPREAD', 'INLINE_FRAGMENT'];

const isForOperations = (locations: readonly { value: string }[]): boolean =>
  locations.some(({ value }) => operationLocations.includes(value));

function keysOf(document: DocumentNode): EntityKey[] {
  return document.definitions.flatMap((definition) => {
    if (
      definition.kind !== Kind.OBJECT_TYPE_DEFINITION &&
      definition.kind !== Kind.INTERFACE_TYPE_DEFINITION
    ) {
      return [];
    }
    return (definition.directives ?? [])
      .filter(({ name }) => name.value === 'join__type')
      .map(argumentsOf)
      .filter(({ key, resolvable }) => key !== undefined && resolvable !== false)
      .map(({ graph, key }) => ({ type: definition.name.value, subgraph: String(graph), key: String(key) }));
  });
}

function argumentsOf(directive: ConstDirectiveNode): Record<string, string | boolean | undefined> {
  return Object.fromEntries(
    (directive.arguments ?? []).map(({ name, value }) => [
      name.value,
      'value' in value ? value.value : undefined,
    ]),
  );
}
