import { existsSync } from 'node:fs';
import { splitDataOption } from './data-option.ts';
import { Failure, runMain } from './failure.ts';
import { usage } from './options.ts';
import { layout } from './paths.ts';
import { readSecrets, withNewKeys, writeSecrets } from './secrets.ts';

const help = `npm run -s rotate-keys -- [--data DIR]

Makes a new key that signs the tokens, and a new secret by which the subgraphs know the gateway. They are in use from the
next start of the stack on. Nobody is logged out: tokens that the old key signed are accepted until they have expired.

DIR is the data folder of the stack (default .stack).`;

await runMain(async () => {
  const { data, rest } = splitDataOption(process.argv.slice(2));
  const [first] = rest;
  if (first === '--help' || first === '-h') {
    console.log(help);
    return 0;
  }
  if (first !== undefined) throw usage(`"${first}" is nothing that can be given`);
  const { secrets: path } = layout(data);
  if (!existsSync(path)) throw new Failure(`${data} holds no secrets: no stack was ever started on it`);
  writeSecrets(path, withNewKeys(readSecrets(path)));
  console.log(`new keys are in ${path}; they are in use from the next start on`);
  return 0;
});
