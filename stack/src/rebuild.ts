import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { baseEnvironment } from './components/node.ts';
import { databaseEnvironment } from './components/service.ts';
import { splitDataOption } from './data-option.ts';
import { runMain } from './failure.ts';
import { parseCommandLine, usage } from './options.ts';
import { layout, root } from './paths.ts';
import { readPasswords } from './secrets.ts';
import { requireRunningStack } from './stack-file.ts';

const help = `npm run -s rebuild -- [--data DIR] orders [--dry-run] [--prune]

Rebuilds the table orders.orders from the log, on a live system: what the sink was given (the topic orders, with what people
typed into it), and what only orders.events tells, as the projector reads it. Rows that are missing or behind are added or brought up to
date, rows that contradict the log are replaced, rows that are right are not touched. Orders may be placed and settled
meanwhile; nobody sees a row missing or going backwards because of it. A table that was lost is made anew.

  --dry-run   only say what differs
  --prune     also delete rows of which no record tells; by itself they are left alone, as it may be the log that was lost

DIR is the data folder of the stack (default .stack).`;

const parseOptions = (args: string[]) =>
  parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      'dry-run': { type: 'boolean', default: false },
      prune: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });

await runMain(async () => {
  const { data, rest } = splitDataOption(process.argv.slice(2));
  const { values, positionals } = parseOptions(rest);
  if (values.help) {
    console.log(help);
    return 0;
  }
  if (positionals.length !== 1 || positionals[0] !== 'orders')
    throw usage('name what to rebuild: orders is the one table that is made from the log');
  const { mariadb, kafkaBrokers } = requireRunningStack(data);
  const secrets = readPasswords(layout(data).secrets);
  const flags = (['dry-run', 'prune'] as const).flatMap((name) => (values[name] ? [`--${name}`] : []));
  // In our own process group, so that Ctrl-C reaches it, and with our terminal, on which it shows how far it is.
  const child = spawn(process.execPath, ['orders/src/rebuild.ts', ...flags], {
    cwd: root,
    env: {
      ...baseEnvironment(),
      // The service itself can only read the table.
      ...databaseEnvironment('orders', { mariadb, secrets }, 'orders_owner'),
      KAFKA_BROKERS: kafkaBrokers,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const [code, killedBy]: [number | null, NodeJS.Signals | null] = await once(child, 'exit').then(
    ([exitCode, signal]) => [exitCode, signal],
  );
  return code ?? 128 + constants.signals[killedBy ?? 'SIGKILL'];
});
