import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@apollo/composition';
import { GraphQLError, parse, type ASTNode, type DocumentNode } from 'graphql';

/** A subgraph's name and its schema as it stands in the service's own folder. */
export type SubgraphSchema = { name: string; sdl: string };

/** The services that are subgraphs; each owns the file `<name>/schema.graphql`. */
export const subgraphNames = ['users', 'catalogs', 'orders'];

export const supergraphFile = fileURLToPath(new URL('../supergraph.graphql', import.meta.url));

export class CompositionError extends Error {
  override name = 'CompositionError';
  /** One line per mistake: subgraph, code, message and place. */
  readonly lines: string[];

  constructor(lines: string[]) {
    super(lines.join('\n'));
    this.lines = lines;
  }
}

/** Reads the services' own schema files. Throws CompositionError naming those that are missing. */
export function readSubgraphSchemas(names: string[] = subgraphNames): SubgraphSchema[] {
  const missing: string[] = [];
  const schemas = names.map((name) => {
    try {
      return { name, sdl: readFileSync(new URL(`../../${name}/schema.graphql`, import.meta.url), 'utf8') };
    } catch {
      missing.push(`${name}: NO_SCHEMA: ${name}/schema.graphql cannot be read`);
      return { name, sdl: '' };
    }
  });
  if (missing.length > 0) throw new CompositionError(missing);
  return schemas;
}

/**
 * The supergraph of the given subgraphs (Apollo Federation 2). The addresses in it are placeholders: where a subgraph
 * listens is the gateway's configuration. Throws CompositionError with all mistakes.
 */
export function composeSupergraph(schemas: SubgraphSchema[]): string {
  const result = composeServices(
    parseAll(schemas).map(({ name, typeDefs }) => ({
      name,
      typeDefs,
      url: `http://${name}.invalid/graphql`,
    })),
  );
  if (result.errors) throw new CompositionError(result.errors.map(describe));
  return `# Composed by \`npm run supergraph\` from the services' schema files: change those, not this.\n${result.supergraphSdl.trim()}\n`;
}

function parseAll(schemas: SubgraphSchema[]): { name: string; typeDefs: DocumentNode }[] {
  const mistakes: string[] = [];
  const parsed = schemas.flatMap(({ name, sdl }) => {
    try {
      return [{ name, typeDefs: parse(sdl) }];
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const { line, column } = error.locations?.[0] ?? {};
      mistakes.push(`${name}: INVALID_GRAPHQL: ${error.message} (line ${line}, column ${column})`);
      return [];
    }
  });
  if (mistakes.length > 0) throw new CompositionError(mistakes);
  return parsed;
}

function describe(error: GraphQLError): string {
  const places = (error.nodes ?? []).map((node) => ({ subgraph: subgraphOf(node), line: lineOf(node) }));
  const named = /^\[(\w+)\] ?/.exec(error.message);
  const subgraphs = new Set([named?.[1], ...places.map((place) => place.subgraph)].filter(Boolean));
  const where = places.filter((place) => place.line !== undefined);
  const lines = where.map(({ subgraph, line }) => [subgraph, `line ${line}`].filter(Boolean).join(' '));
  const code = String(error.extensions['code'] ?? 'COMPOSITION_FAILED');
  const message = error.message.slice(named?.[0].length ?? 0);
  const place = lines.length > 0 ? ` (${[...new Set(lines)].join(', ')})` : '';
  return `${[...subgraphs].join(', ') || 'supergraph'}: ${code}: ${message}${place}`;
}

/** Composition marks the nodes of an error with the subgraph that they are from. */
function subgraphOf(node: ASTNode): string | undefined {
  return 'subgraph' in node && typeof node.subgraph === 'string' ? node.subgraph : undefined;
}

function lineOf(node: ASTNode): number | undefined {
  return node.loc?.startToken.line;
}
