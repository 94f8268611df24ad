import { buildASTSchema, Kind, parse, visit, type GraphQLSchema } from 'graphql';

/** The schema that clients see of a supergraph: what is in it for the federation's own use is left out. */
export function apiSchemaOf(supergraphSdl: string): GraphQLSchema {
  const isOwn = (name: string) => name.startsWith('join__') || name.startsWith('link');
  const document = visit(parse(supergraphSdl), {
    Directive: () => null,
    DirectiveDefinition: () => null,
    SchemaDefinition: () => null,
    SchemaExtension: () => null,
    enter: (node) =>
      (node.kind === Kind.SCALAR_TYPE_DEFINITION ||
        node.kind === Kind.ENUM_TYPE_DEFINITION ||
        node.kind === Kind.INPUT_OBJECT_TYPE_DEFINITION) &&
      isOwn(node.name.value)
        ? null
        : undefined,
  });
  return buildASTSchema(document, { assumeValidSDL: true });
}
