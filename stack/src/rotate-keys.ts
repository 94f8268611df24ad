import { existsSync } from 'node:fs';
import { splitDataOption } from './data-option.ts';
import { Failure, runMain } from './failure.ts';
import { withNewKeys } from './keys.ts';
import { usage } from './options.ts';
import { layout } from './paths.ts';
import { readSecrets, writeSecrets } from './secrets.ts';

const help = `npm run -s rotate-keys -- [--data DIR] [--drop-former]

Makes a new key that signs the tokens, and a new secret by which the subgraphs know the gateway. They are in use from the
next start of the stack on. Nobody is logged out: tokens that the old key signed are accepted until they have expired.

  --drop-former   accept nothing any more that a former key has signed, from the next start on: for a key that was stolen;
                  everybody has to log in again

DIR is the data folder of the stack (default .stack).`;

await runMain(async () => {
  const { data, rest } = splitDataOption(process.argv.slice(2));
  const [first] = rest;
  if (first === '--help' || first === '-h') {
    console.log(help);
    return 0;
  }
  const unknown = rest.find((option) => option !== '--drop-former');
  if (unknown !== undefined) throw usage(`"${unknown}" is nothing that can be given`);
  const { secrets: path } = layout(data);
  if (!existsSync(path)) throw new Failure(`${data} holds no secrets: no stack was ever started on it`);
  writeSecrets(path, withNewKeys(readSecrets(path), { dropFormer: rest.includes('--drop-former') }));
  console.log(`new keys are in ${path}; they are in use from the next start on`);
  return 0;
});
