import { splitDataOption } from './data-option.ts';
import { withKafka } from './dlq/client.ts';
import { Failure, runMain } from './failure.ts';
import { parseCommandLine, usage } from './options.ts';
import { findEvents, searchedUnasked } from './order/find.ts';
import { historyText, toHistory } from './order/history.ts';
import { requireRunningStack } from './stack-file.ts';

const help = `npm run -s order -- [--data DIR] ORDER_ID [--json] [--all]

The history of an order, read from the topics: its events, its rows on the topic orders, its dead letters, each with the
time since the order was placed.

  --json   the same for programs
  --all    look through every partition, however large. By itself it does so up to ${searchedUnasked.toLocaleString('en')} records; beyond that it
           reads the partitions that the order's id leads to and, only when the order does not begin there, the
           others, for records that somebody typed without a key.

DIR is the data folder of the stack (default .stack).`;

function parse(args: string[]) {
  const { values, positionals } = parseOptions(args);
  if (values.help) return 'help';
  const [orderId, ...more] = positionals;
  if (!orderId) throw usage('which order?');
  if (more.length > 0) throw usage('one order at a time');
  return { orderId, json: values.json, all: values.all };
}

const parseOptions = (args: string[]) =>
  parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      all: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });

/** Says on a terminal, once a second after the first, how far it is. */
function createProgress() {
  let shown = Date.now();
  const write = (text: string) => void (process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text}`));
  return {
    show(read: number, total: number): void {
      if (Date.now() - shown < 1_000) return;
      shown = Date.now();
      write(`read ${read} of ${total} records`);
    },
    clear: () => write(''),
  };
}

await runMain(async () => {
  const { data, rest } = splitDataOption(process.argv.slice(2));
  const command = parse(rest);
  if (command === 'help') {
    console.log(help);
    return 0;
  }
  const { orderId, json, all } = command;
  // A reader such as head that has seen enough is no error.
  process.stdout.on('error', () => process.exit(0));
  const { kafkaBrokers } = requireRunningStack(data);
  const progress = createProgress();
  const { events, unread } = await withKafka(kafkaBrokers, (kafka, admin) =>
    findEvents({ kafka, admin, orderId, all, onProgress: progress.show }),
  ).finally(progress.clear);
  const history = toHistory(orderId, events);
  if (!history) throw new Failure(`no topic tells of an order ${JSON.stringify(orderId)}`);
  console.log(json ? JSON.stringify(history, null, 2) : historyText(history));
  if (unread > 0)
    console.error(
      `${unread} records in other partitions were not looked through for such as have no key: --all does`,
    );
  return 0;
});
