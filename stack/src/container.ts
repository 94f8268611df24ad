import { setInterval } from 'node:timers';
import { readAddresses } from './containers/addresses.ts';
import { openConsole } from './containers/console.ts';
import { writeFiles } from './containers/setup.ts';
import { createDatabases, grantOnTables } from './databases.ts';
import { Failure, runMain } from './failure.ts';
import { withNewKeys } from './keys.ts';
import { usage } from './options.ts';
import { readPasswords, readSecrets, writeSecrets } from './secrets.ts';
import { createMissingTopics } from './topics.ts';

const help = `node stack/src/container.ts STEP

What npm start does itself, as steps that compose.yaml puts in order, each in a container of its own.

  setup        make the secrets at the first start; write each container's configuration and secrets into its volume
  rotate-keys  the same with a new signing key and a new gateway secret; in use once users, catalogs, orders, gateway restart
               (within 12 hours); --drop-former: what the former ones signed is refused from then on, for keys that were stolen
  databases    create databases and accounts
  grants       the rights on single tables, once migrations have made the tables
  topics       create the topics
  console      seed the demo catalogue, probe the pipes, then stay: the operator's commands run beside it`;

/** Which containers restart when, only their operator knows. */
const restartedWithinMs = 12 * 3_600_000;
const conf = '/conf';
const allSecrets = `${conf}/secrets/secrets.json`;
/** What setup gave to the steps after it. */
const given = { secrets: `${conf}/secrets.json`, accounts: '/demo/accounts' };

await runMain(async () => {
  const [step, ...more] = process.argv.slice(2);
  if (step === '--help' || step === '-h') {
    console.log(help);
    return 0;
  }
  const dropFormer = step === 'rotate-keys' && more[0] === '--drop-former';
  if (more.length > (dropFormer ? 1 : 0)) throw usage('one step at a time');
  const addresses = readAddresses();
  const server = () => ({ ...addresses.mariadb, secrets: readPasswords(given.secrets) });
  switch (step) {
    case 'setup':
      console.log(`wrote ${writeFiles(conf, addresses).join(', ')}`);
      return 0;
    case 'rotate-keys':
      writeSecrets(
        allSecrets,
        withNewKeys(readSecrets(allSecrets), {
          dropFormer,
          outOfUse: new Date(Date.now() + restartedWithinMs),
        }),
      );
      writeFiles(conf, addresses);
      return 0;
    case 'databases':
      await createDatabases(server());
      return 0;
    case 'grants':
      await grantOnTables(server());
      return 0;
    case 'topics':
      await createMissingTopics(addresses.brokers);
      return 0;
    case 'console':
      await stay((signal) => openConsole('/data', given, addresses, signal));
      return 0;
    default:
      throw usage(step === undefined ? 'which step?' : `there is no step "${step}"`);
  }
});

/** Does its work, then waits for SIGTERM. */
async function stay(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const asked = new AbortController();
  const ended = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.on(signal, () => (asked.abort(new Failure('stopped')), resolve()));
  });
  const idle = setInterval(() => undefined, 1_000_000);
  try {
    await work(asked.signal);
    await ended;
  } catch (error) {
    if (!asked.signal.aborted) throw error;
  } finally {
    clearInterval(idle);
  }
}
