import { tmpdir } from 'node:os';
import { runErrand } from './components/node.ts';
import { databaseEnvironment } from './components/service.ts';
import { asAdmin } from './databases.ts';
import { splitDataOption } from './data-option.ts';
import { Failure, messageOf, runMain } from './failure.ts';
import { usage } from './options.ts';
import { layout } from './paths.ts';
import { lostItsBinlog, restartFromOldestBinlog, snapshotAnew } from './outbox-position.ts';
import { readPasswords } from './secrets.ts';
import { requireRunningStack } from './stack-file.ts';

const help = `npm run -s republish -- [--data DIR] catalogs|users

Publishes the events of every reservation (catalogs) or payment (users) anew, with the ids that they had: the mend when
the binlog was lost before the outbox connector had read it. Consumers pass over what they know, so it may run on a
live system. A connector that lost its place in the binlog is mended first: an outbox's is put at the oldest binlog that
is left, the price replica's source (catalogs) publishes all products anew.`;

const services = ['catalogs', 'users'] as const;
/** It reads the binlog of catalogs too, and has a table behind it that it can read anew. */
const replicaSource = 'catalogs-products-source';

await runMain(async () => {
  const { data, rest } = splitDataOption(process.argv.slice(2));
  const [name, ...more] = rest;
  if (name === '--help' || name === '-h') {
    console.log(help);
    return 0;
  }
  const service = services.find((each) => each === name);
  if (!service || more.length > 0) throw usage('name one service: catalogs or users');
  const { connectUrl, mariadb } = requireRunningStack(data);
  const secrets = readPasswords(layout(data).secrets);

  await asAdmin({ ...mariadb, secrets }, async (connection) => {
    const outbox = `${service}-outbox`;
    if (await lostItsBinlog(connectUrl, outbox, connection)) {
      console.log(`${outbox} lost its place in the binlog: putting it at the oldest one that is left`);
      await restartFromOldestBinlog(connectUrl, outbox, connection);
    }
    if (service === 'catalogs' && (await lostItsBinlog(connectUrl, replicaSource, connection))) {
      console.log(`${replicaSource} lost its place in the binlog: it publishes all products anew`);
      await snapshotAnew(connectUrl, replicaSource);
    }
  });
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  try {
    const output = await runErrand({
      name: `publishing the events of ${service} anew`,
      args: [`${service}/src/republish.ts`],
      env: databaseEnvironment(service, { mariadb, secrets }),
      dataDir: tmpdir(),
      logFile: layout(data).log(`republish-${service}`),
      signal: interrupted.signal,
    });
    process.stdout.write(output);
  } catch (error) {
    if (interrupted.signal.aborted) throw new Failure('interrupted', { exitCode: 130, cause: error });
    throw new Failure(messageOf(error), { cause: error });
  }
  return 0;
});
