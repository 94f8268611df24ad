import { join } from 'node:path';
import { lock } from '../bin/lock.mjs';
import { splitDataOption } from './data-option.ts';
import { withKafka } from './dlq/client.ts';
import { list, listTable } from './dlq/list.ts';
import { replay, replayText } from './dlq/replay.ts';
import { letterJson, show, showLetter } from './dlq/show.ts';
import { readState, requireDeadLetterTopic } from './dlq/state.ts';
import { runMain } from './failure.ts';
import { parseCommandLine, usage } from './options.ts';
import { requireRunningStack } from './stack-file.ts';

const help = `npm run -s dlq -- [--data DIR] list | show TOPIC | replay TOPIC [--json]

Dead letters: records that a consumer or a sink connector can never process as they are, with the reason.

  list          every dead-letter topic: how many there are, how many wait to be replayed, why the newest is there
  show TOPIC    each dead letter: when, where from, by whom, why, key, headers and value
  replay TOPIC  appends those that wait to the topics that they came from, each of them once, up to those that are
                there when it starts; exit code 1 when some could not be
  --json        the same for programs, nothing shortened

Mend the cause first, or they come back as new dead letters. A topic's other consumers see a replayed record too: they
know it by its identity and do nothing twice. DIR is the data folder of the stack (default .stack).`;

type Command = { name: 'list' | 'show' | 'replay'; topic: string; json: boolean };

function parse(args: string[]): Command | 'help' {
  const { values, positionals } = parseOptions(args);
  if (values.help) return 'help';
  const [name, topic, ...more] = positionals;
  if (name !== 'list' && name !== 'show' && name !== 'replay')
    throw usage(name === undefined ? 'list, show or replay?' : `there is no command "${name}"`);
  if (name !== 'list' && !topic) throw usage(`${name} which topic?`);
  if (more.length > 0 || (name === 'list' && topic !== undefined))
    throw usage(`${name} takes ${name === 'list' ? 'no topic' : 'one topic'}`);
  return { name, topic: topic ?? '', json: values.json };
}

const parseOptions = (args: string[]) =>
  parseCommandLine({
    args,
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });

await runMain(async () => {
  const { data, rest } = splitDataOption(process.argv.slice(2));
  const command = parse(rest);
  if (command === 'help') {
    console.log(help);
    return 0;
  }
  const { name, topic, json } = command;
  // A reader such as head that has seen enough is no error.
  process.stdout.on('error', () => process.exit(0));
  const print = (result: unknown, text: () => string) =>
    console.log(json ? JSON.stringify(result, null, 2) : text());
  const { kafkaBrokers } = requireRunningStack(data);
  return withKafka(kafkaBrokers, async (kafka, admin) => {
    if (name === 'list') {
      const listed = await list(kafka, admin);
      print(listed, () => listTable(listed));
      return 0;
    }
    await requireDeadLetterTopic(admin, topic);
    if (name === 'show') {
      const letters = await show(kafka, admin, topic);
      print(letters.map(letterJson), () => letters.map(showLetter).join('\n\n') || `${topic} is empty`);
      return 0;
    }
    const asked = await readState(admin, topic);
    let said = false;
    // Another one that runs would read the same dead letters before either says that they were replayed.
    const unlock = await lock(join(data, `replay-${topic}.lock`), ({ pid }) => {
      if (!said) console.error(`waiting for process ${pid}, which is replaying ${topic}`);
      said = true;
    });
    try {
      const outcome = await replay(kafka, admin, topic, asked);
      print(outcome, () => replayText(outcome));
      return outcome.stopped.length > 0 ? 1 : 0;
    } finally {
      unlock();
    }
  });
});
