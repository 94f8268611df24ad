import {
  buildASTSchema,
  Kind,
  parse,
  type DirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

type Directed = { readonly directives?: readonly DirectiveNode[] | undefined };

/** The arguments of a join directive, as far as they are words: `{ graph: 'ORDERS', key: 'id' }`. */
function joins(node: Directed, name: string): Record<string, string | boolean>[] {
  return (node.directives ?? [])
    .filter((directive) => directive.name.value === name)
    .map((directive) =>
      Object.fromEntries(
        (directive.arguments ?? []).map(({ name, value }) => [
          name.value,
          'value' in value ? value.value : '',
        ]),
      ),
    );
}

const isIn = (node: Directed, name: string, graph: string): boolean =>
  joins(node, name).some((join) => join['graph'] === graph && join['external'] !== true);

/** Of each subgraph by its name: the schema it must have had for this supergraph, with the entry for entities. */
export function subgraphSchemas(supergraphSdl: string): Map<string, GraphQLSchema> {
  const document = parse(supergraphSdl);
  const graphs = document.definitions.find(
    (definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION && definition.name.value === 'join__Graph',
  );
  if (graphs?.kind !== Kind.ENUM_TYPE_DEFINITION) throw new Error('not a supergraph');
  return new Map(
    (graphs.values ?? []).map((value) => [
      String(joins(value, 'join__graph')[0]?.['name']),
      subgraphSchema(document, value.name.value),
    ]),
  );
}

function subgraphSchema(supergraph: DocumentNode, graph: string): GraphQLSchema {
  const definitions = supergraph.definitions.flatMap((definition) => own(definition, graph));
  const entities = supergraph.definitions.flatMap((definition) =>
    definition.kind === Kind.OBJECT_TYPE_DEFINITION &&
    joins(definition, 'join__type').some(
      (join) => join['graph'] === graph && join['key'] !== undefined && join['resolvable'] !== false,
    )
      ? [definition.name.value]
      : [],
  );
  const query = definitions.some(
    (each) => each.kind === Kind.OBJECT_TYPE_DEFINITION && each.name.value === 'Query',
  );
  const federation = parse(`
    scalar _Any
    ${entities.length > 0 ? `union _Entity = ${entities.join(' | ')}` : 'type _Entity { none: Int }'}
    ${query ? 'extend' : ''} type Query { _entities(representations: [_Any!]!): [_Entity]! }
  `);
  const complete = buildASTSchema(
    { kind: Kind.DOCUMENT, definitions: mergeQuery([...definitions, ...federation.definitions]) },
    { assumeValidSDL: true },
  );
  return complete;
}

/** buildASTSchema knows no extensions: the entry for entities is put into the type itself. */
function mergeQuery(definitions: DefinitionNode[]): DefinitionNode[] {
  const extension = definitions.find((each) => each.kind === Kind.OBJECT_TYPE_EXTENSION);
  return definitions
    .filter((each) => each !== extension)
    .map((each) =>
      each.kind === Kind.OBJECT_TYPE_DEFINITION && each.name.value === 'Query' && extension
        ? {
            ...each,
            fields: [...(each.fields ?? []), ...('fields' in extension ? (extension.fields ?? []) : [])],
          }
        : each,
    ) as DefinitionNode[];
}

/** A type as one subgraph knows it, or nothing. */
function own(definition: DefinitionNode, graph: string): DefinitionNode[] {
  if (!('directives' in definition) || !isIn(definition, 'join__type', graph)) return [];
  const bare = { ...definition, directives: [] };
  const ofGraph = (node: Directed): boolean =>
    joins(node, 'join__field').length === 0 || isIn(node, 'join__field', graph);
  switch (bare.kind) {
    case Kind.OBJECT_TYPE_DEFINITION:
    case Kind.INTERFACE_TYPE_DEFINITION: {
      const fields = (bare.fields ?? []).filter(ofGraph).map((field) => ({ ...field, directives: [] }));
      const implemented = joins(definition, 'join__implements').filter((join) => join['graph'] === graph);
      const interfaces = (bare.interfaces ?? []).filter((each) =>
        implemented.some((join) => join['interface'] === each.name.value),
      );
      return fields.length > 0 ? [{ ...bare, fields, interfaces }] : [];
    }
    case Kind.INPUT_OBJECT_TYPE_DEFINITION:
      return [{ ...bare, fields: (bare.fields ?? []).map((field) => ({ ...field, directives: [] })) }];
    case Kind.UNION_TYPE_DEFINITION: {
      const members = joins(definition, 'join__unionMember').filter((join) => join['graph'] === graph);
      return [
        {
          ...bare,
          types: (bare.types ?? []).filter((type) =>
            members.some((join) => join['member'] === type.name.value),
          ),
        },
      ];
    }
    case Kind.ENUM_TYPE_DEFINITION:
      return [{ ...bare, values: (bare.values ?? []).map((value) => ({ ...value, directives: [] })) }];
    default:
      return [bare];
  }
}
