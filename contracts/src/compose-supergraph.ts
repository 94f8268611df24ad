import { writeFileSync } from 'node:fs';
import { readCommitted, readFlags } from './generated-file.ts';
import { CompositionError, composeSupergraph, readSubgraphSchemas, supergraphFile } from './supergraph.ts';

const usage = `usage: npm run supergraph [-- --check]

Writes contracts/supergraph.graphql, which the gateway runs, composed from the schema.graphql of every subgraph.

  --check  compares only: exit code 1 when it is stale
  --help   this text`;

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
  if (readCommitted(supergraphFile) === supergraph) {
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

const boolean = { type: 'boolean', default: false } as const;
const options = readFlags({ check: boolean, help: { ...boolean, short: 'h' } }, usage);
if (options.help) console.log(usage);
else process.exitCode = run(options.check);
