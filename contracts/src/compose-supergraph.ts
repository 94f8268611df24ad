import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CompositionError, composeSupergraph, readSubgraphSchemas, supergraphFile } from './supergraph.ts';

const usage = `usage: npm run supergraph [-- --check]

Writes contracts/supergraph.graphql, which the gateway runs, composed from the schema.graphql of every subgraph.

  --check  compares only: exit code 1 when it is stale
  --help   this text`;

function readArguments() {
  try {
    const boolean = { type: 'boolean', default: false } as const;
    return parseArgs({ options: { check: boolean, help: { ...boolean, short: 'h' } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(2);
  }
}

function committed(): string | undefined {
  try {
    return readFileSync(supergraphFile, 'utf8');
  } catch {
    return undefined;
  }
}

function run(check: boolean): number {
  let supergraph: string;
  try {
    supergraph = composeSupergraph(readSubgraphSchemas());
  } catch (error) {
    if (!(error instanceof CompositionError)) throw error;
    for (const line of error.lines) console.error(line);
    console.error(`the subgraphs do not compose: ${error.lines.length} mistake(s), nothing written`);
    return 1;
  }
  if (committed() === supergraph) {
    console.log('contracts/supergraph.graphql is up to date');
    return 0;
  }
  if (check) {
    console.error('contracts/supergraph.graphql is stale: run `npm run supergraph` and commit it');
    return 1;
  }
  writeFileSync(supergraphFile, supergraph);
  console.log('contracts/supergraph.graphql written');
  return 0;
}

const options = readArguments();
if (options.help) console.log(usage);
else process.exitCode = run(options.check);
