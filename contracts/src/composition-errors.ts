import {
  GraphQLError,
  KnownTypeNamesRule,
  LoneSchemaDefinitionRule,
  parse,
  Source,
  UniqueArgumentDefinitionNamesRule,
  UniqueEnumValueNamesRule,
  UniqueFieldDefinitionNamesRule,
  UniqueOperationTypesRule,
  UniqueTypeNamesRule,
  type ASTNode,
  type DocumentNode,
} from 'graphql';
import { validateSDL } from 'graphql/validation/validate.js';

/** A subgraph's name and its schema as it stands in the service's own folder. */
export type SubgraphSchema = { name: string; sdl: string };

/** What holds for any schema, with or without federation's directives. */
const rules = [
  KnownTypeNamesRule,
  LoneSchemaDefinitionRule,
  UniqueArgumentDefinitionNamesRule,
  UniqueEnumValueNamesRule,
  UniqueFieldDefinitionNamesRule,
  UniqueOperationTypesRule,
  UniqueTypeNamesRule,
];

/**
 * One line for each mistake of a subgraph that keeps composition from reading it: composition itself would name only
 * the first and not look at the other subgraphs.
 */
export function mistakesInSubgraph({ name, sdl }: SubgraphSchema): string[] {
  let document: DocumentNode;
  try {
    document = parse(new Source(sdl, name));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return [`${name}: INVALID_GRAPHQL: ${error.message}${placeOf(error)}`];
  }
  return validateSDL(document, null, rules).map(
    (error) => `${name}: INVALID_GRAPHQL: ${error.message}${placeOf(error)}`,
  );
}

function placeOf({ locations }: GraphQLError): string {
  const [place] = locations ?? [];
  return place ? ` (line ${place.line}, column ${place.column})` : '';
}

/** One line (more where a query is shown): the subgraphs concerned, code, message and places. */
export function describeCompositionError(error: GraphQLError, subgraphs: readonly string[]): string {
  const places = (error.nodes ?? []).flatMap((node) => {
    const subgraph = subgraphOf(node, subgraphs);
    return subgraph === undefined ? [] : [{ subgraph, line: node.loc?.startToken.line }];
  });
  const marked = /^\[(\w+)\] ?/.exec(error.message);
  const message = error.message.slice(marked?.[0].length ?? 0);
  const named = subgraphs.filter((name) => message.includes(`"${name}"`));
  const concerned = new Set(
    [marked?.[1], ...places.map(({ subgraph }) => subgraph), ...named].filter(Boolean),
  );
  const lines = places
    .filter(({ line }) => line !== undefined)
    .map(({ subgraph, line }) => `${subgraph} line ${line}`);
  const place = lines.length > 0 ? ` (${[...new Set(lines)].join(', ')})` : '';
  const code = String(error.extensions['code'] ?? 'COMPOSITION_FAILED');
  return `${[...concerned].sort().join(', ') || 'supergraph'}: ${code}: ${message}${place}`;
}

/** Composition marks some nodes with the subgraph that they are from; the others still know their source. */
function subgraphOf(node: ASTNode, subgraphs: readonly string[]): string | undefined {
  const names = ['subgraph' in node ? node.subgraph : undefined, node.loc?.source.name];
  return subgraphs.find((subgraph) => names.includes(subgraph));
}
