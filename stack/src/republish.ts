import { tmpdir } from 'node:os';
import { runErrand } from './components/node.ts';
import { serviceEnvironment } from './components/service.ts';
import { asAdmin } from './databases.ts';
import { splitDataOption } from './data-option.ts';
import { Failure, messageOf, runMain } from './failure.ts';
import { usage } from './options.ts';
import { layout } from './paths.ts';
import { lostItsBinlog, restartFromOldestBinlog } from './outbox-position.ts';
import { readSecrets } from './secrets.ts';
import { requireRunningStack } from './stack-file.ts';

const help = `npm run -s republish -- [--data DIR] catalogs|users

Publishes the events of every reservation (catalogs) or payment (users) anew, with the ids that they had: the mend when
the binlog was lost before the outbox connector had read it. Consumers pass over what they know, so it may run on a
live system. An outbox connector that failed for want of its binlog is first put at the oldest one that is left.`;

const services = ['catalogs', 'users'] as const;

await runMain(async () => {
  const { data, rest } = splitDataOption(process.argv.slice(2));
  const [name, ...more] = rest;
  if (name === '--help' || name === '-h') {
    console.log(help);
    return 0;
  }
  const service = services.find((each) => each === name);
  if (!service || more.length > 0) throw usage('name one service: catalogs or users');
  const { connectUrl, ports, kafkaBrokers, mariadb } = requireRunningStack(data);
  const secrets = readSecrets(layout(data).secrets);

  const connector = `${service}-outbox`;
  if (await lostItsBinlog(connectUrl, connector)) {
    console.log(`${connector} lost its place in the binlog: putting it at the oldest one that is left`);
    await asAdmin({ port: mariadb.port, secrets }, (connection) =>
      restartFromOldestBinlog(connectUrl, connector, connection),
    );
  }
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  try {
    const output = await runErrand({
      name: `publishing the events of ${service} anew`,
      args: [`${service}/src/republish.ts`],
      env: serviceEnvironment(service, { ports, secrets, brokers: kafkaBrokers }),
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
