import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { composeServices } from '@apollo/composition';
import { parse, Source, type DocumentNode } from 'graphql';
import { describeCompositionError, mistakesInSubgraph, type SubgraphSchema } from './composition-errors.ts';

export type { SubgraphSchema };

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
  const own = schemas.map((schema) => ({ schema, mistakes: mistakesInSubgraph(schema) }));
  if (own.some(({ mistakes }) => mistakes.length > 0)) {
    // What is wrong inside the others is said at once too; what is wrong between them cannot be told yet.
    throw new CompositionError(
      own.flatMap(({ schema, mistakes }) => (mistakes.length > 0 ? mistakes : mistakesAlone(schema))),
    );
  }
  const result = compose(schemas);
  if (result.errors) {
    const names = schemas.map(({ name }) => name);
    throw new CompositionError(result.errors.map((error) => describeCompositionError(error, names)));
  }
  return `# Composed by \`npm run supergraph\` from the services' schema files: change those, not this.\n${result.supergraphSdl.trim()}\n`;
}

const compose = (schemas: SubgraphSchema[]) =>
  composeServices(
    schemas.map((schema) => ({
      name: schema.name,
      typeDefs: parseSchema(schema),
      url: `http://${schema.name}.invalid/graphql`,
    })),
  );

/** Its name goes along with every node, so that a mistake can be shown with the subgraph that it is from. */
const parseSchema = ({ name, sdl }: SubgraphSchema): DocumentNode => parse(new Source(sdl, name));

/** Composition marks the mistakes of a single subgraph with its name. */
function mistakesAlone(schema: SubgraphSchema): string[] {
  return (compose([schema]).errors ?? [])
    .filter(({ message }) => message.startsWith(`[${schema.name}]`))
    .map((error) => describeCompositionError(error, [schema.name]));
}
