import { usage } from './failure.ts';

export const commands = {
  list: { takes: [], does: 'the connectors: state, running tasks, from where to where, and why one failed' },
  status: { takes: ['[NAME]'], does: 'each task of them; exit code 1 when one does not run' },
  apply: {
    takes: [],
    does: 'make the connectors what connectors/definitions says, wait until every task runs',
  },
  watch: { takes: [], does: 'keep doing so, and restart what failed, until stopped' },
  create: { takes: ['FILE'], does: 'create a connector of your own; apply leaves it alone' },
  delete: { takes: ['NAME'], does: 'delete a connector; what it has read so far is remembered' },
  restart: { takes: ['NAME'], does: 'restart a connector and its tasks' },
  pause: { takes: ['NAME'], does: 'pause a connector' },
  resume: { takes: ['NAME'], does: 'let it go on' },
} as const;

export type Command = keyof typeof commands;

export const help = `npm run -s connectors -- [--data DIR] COMMAND [--json] [--timeout SECONDS]

${Object.entries(commands)
  .map(([name, { takes, does }]) => `  ${[name, ...takes].join(' ').padEnd(14)} ${does}`)
  .join('\n')}

  --data DIR         the stack that runs on DIR (default .stack); without it, CONNECT_URL if that is set
  --json             the result as JSON
  --timeout SECONDS  how long to wait for Kafka Connect (default 30; apply: 120)

Where METRICS_PORT says a port, watch answers there on /metrics (Prometheus): states of connectors and tasks, restarts and,
with KAFKA_BROKERS or a stack's folder, how far the sinks are behind.

Exit code: 0 done, 1 failed, 2 wrong usage.`;

export type Options = {
  command: Command;
  /** A file for create, a connector's name for the others. */
  subject?: string;
  data?: string;
  json: boolean;
  /** Milliseconds. */
  timeout: number;
};

const isCommand = (word: string): word is Command => Object.hasOwn(commands, word);

/** @returns the options, or 'help' when that is what was asked for. @throws Failure with exit code 2 */
export function parseOptions(args: string[]): Options | 'help' {
  const words: string[] = [];
  const options: { data?: string; json: boolean; seconds?: number } = { json: false };
  const left = [...args];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    const [option, given] = /^(--\w+)=(.*)$/s.exec(word)?.slice(1) ?? [word];
    const value = () => given ?? left.shift() ?? '';
    if (option === '--help' || option === '-h') return 'help';
    if (option === '--json') options.json = true;
    else if (option === '--data') options.data = value();
    else if (option === '--timeout') options.seconds = Number(value() || Number.NaN);
    else if (word.startsWith('-')) throw usage(`unknown option ${word}: see connectors --help`);
    else words.push(word);
  }
  if (options.data === '') throw usage('--data needs a folder');
  if (options.seconds !== undefined && !(options.seconds > 0))
    throw usage('--timeout needs a number of seconds');
  const [command, subject, ...more] = words;
  if (command === undefined) throw usage(`which command? ${Object.keys(commands).join(', ')} (see --help)`);
  if (!isCommand(command)) throw usage(`unknown command ${command}: ${Object.keys(commands).join(', ')}`);
  const [takes] = commands[command].takes;
  if (takes !== undefined && !takes.startsWith('[') && subject === undefined)
    throw usage(`${command} needs a ${takes}: connectors ${command} ${takes}`);
  if (more.length > 0 || (takes === undefined && subject !== undefined))
    throw usage(`too many words: connectors ${[command, takes].join(' ').trim()}`);
  return {
    command,
    ...(subject === undefined ? {} : { subject }),
    ...(options.data === undefined ? {} : { data: options.data }),
    json: options.json,
    timeout: (options.seconds ?? (command === 'apply' ? 120 : 30)) * 1000,
  };
}
