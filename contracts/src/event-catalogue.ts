// npm run event-catalogue            writes contracts/events.asyncapi.json and contracts/EVENTS.md
// npm run event-catalogue -- --check compares only: exit code 1 when one of them is stale
import { writeFileSync } from 'node:fs';
import { renderCatalogue } from './event-catalogue/files.ts';
import { readCommitted, readFlags } from './generated-file.ts';

const usage = `usage: npm run event-catalogue [-- --check]

Writes the catalogue of events, contracts/events.asyncapi.json (AsyncAPI 3) and contracts/EVENTS.md, from the code.

  --check  compares only: exit code 1 when one of them is stale`;

async function run(check: boolean): Promise<number> {
  let stale = 0;
  for (const { name, file, text } of await renderCatalogue()) {
    if (readCommitted(file) === text) {
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

const boolean = { type: 'boolean', default: false } as const;
const options = readFlags({ check: boolean, help: { ...boolean, short: 'h' } }, usage);
if (options.help) console.log(usage);
else process.exitCode = await run(options.check);
