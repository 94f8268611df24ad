// npm run schema:check                     compares the services' schemas with the last release: exit code 1 when a change breaks it
// npm run schema:check -- --release        records the present supergraph as released
// npm run schema:check -- --release --accept-breaking   … although it breaks the last release
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { GraphQLError } from 'graphql';
import { exitWithUsage, readCommitted, readFlags } from './generated-file.ts';
import { readOperations } from './operations.ts';
import { checkSchema } from './schema-check/check-schema.ts';
import { describe } from './schema-check/describe.ts';
import { CompositionError, composeSupergraph, readSubgraphSchemas } from './supergraph.ts';

const usage = `usage: npm run schema:check [-- --release [--accept-breaking]]

Compares what the services' schemas compose to with contracts/released/supergraph.graphql, and names what breaks
clients, with the known operations (contracts/operations) that it breaks. Exit code 1 for a breaking change, or an
operation that is not valid.

  --release          records the present supergraph as the last release; refused while it breaks the one before
  --accept-breaking  records it all the same: what it breaks is known to be used by nobody any more`;

const releasedFile = new URL('../released/supergraph.graphql', import.meta.url);

function record(supergraph: string): number {
  mkdirSync(fileURLToPath(new URL('.', releasedFile)), { recursive: true });
  writeFileSync(releasedFile, supergraph);
  console.log('contracts/released/supergraph.graphql written');
  return 0;
}

function run({
  release,
  'accept-breaking': accept,
}: {
  release: boolean;
  'accept-breaking': boolean;
}): number {
  const present = composeSupergraph(readSubgraphSchemas());
  const released = readCommitted(releasedFile);
  if (released === undefined) {
    if (release) return record(present);
    console.error(
      'contracts/released/supergraph.graphql cannot be read: `npm run schema:check -- --release` records the first',
    );
    return 1;
  }
  const check = checkSchema({ released, present, operations: readOperations() });
  for (const line of describe(check)) console.log(line);
  const holds = check.invalid.length === 0 && (check.breaking.length === 0 || accept);
  if (!release || !holds) {
    if (release) console.error('nothing recorded');
    return holds ? 0 : 1;
  }
  return record(present);
}

try {
  const boolean = { type: 'boolean', default: false } as const;
  const options = readFlags(
    { release: boolean, 'accept-breaking': boolean, help: { ...boolean, short: 'h' } },
    usage,
  );
  if (options['accept-breaking'] && !options.release)
    exitWithUsage('--accept-breaking goes with --release', usage);
  if (options.help) console.log(usage);
  else process.exitCode = run(options);
} catch (error) {
  if (error instanceof CompositionError) {
    for (const line of error.lines) console.error(line);
    console.error('the subgraphs do not compose: nothing compared');
  } else if (error instanceof GraphQLError) {
    // What is composed can be read.
    console.error(`contracts/released/supergraph.graphql: ${error.message}`);
  } else throw error;
  process.exitCode = 1;
}
