// npm run event-catalogue            writes contracts/events.asyncapi.json and contracts/EVENTS.md
// npm run event-catalogue -- --check compares only: exit code 1 when one of them is stale
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { renderCatalogue } from './event-catalogue/files.ts';

const usage = `usage: npm run event-catalogue [-- --check]

Writes the catalogue of events, contracts/events.asyncapi.json (AsyncAPI 3) and contracts/EVENTS.md, from the code.

  --check  compares only: exit code 1 when one of them is stale`;

function readArguments() {
  try {
    const boolean = { type: 'boolean', default: false } as const;
    return parseArgs({ options: { check: boolean, help: { ...boolean, short: 'h' } } }).values;
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n${usage}`);
    process.exit(2);
  }
}

function committed(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

async function run(check: boolean): Promise<number> {
  let stale = 0;
  for (const { name, file, text } of await renderCatalogue()) {
    if (committed(file) === text) {
      console.log(`${name} is up to date`);
    } else if (check) {
      stale++;
      console.error(`${name} is stale: run \`npm run event-catalogue\` and commit it`);
    } else {
      writeFileSync(file, text);
      console.log(`${name} written`);
    }
  }
  return stale > 0 ? 1 : 0;
}

const options = readArguments();
if (options.help) console.log(usage);
else process.exitCode = await run(options.check);
