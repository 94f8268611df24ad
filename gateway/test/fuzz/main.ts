import { parseArgs } from 'node:util';
import { fuzz } from '../compiled-plan/fuzz.ts';

const help = `npm run fuzz -- gateway [--operations N] [--seed S]

Generates operations on two supergraphs, the shop's and one with interfaces, unions and @requires, and compares how the
gateway answers each at its first, second and third sight: with each other, with Apollo's own gateway and, where nothing
goes wrong, with the right answer. Stand-ins for the subgraphs answer with nulls, errors and nonsense, and change with every
mutation. The same seed is the same operation.

  --operations N  how many valid operations (default 2000)
  --seed S        the seed of the first one (default 1)
  --help          this text

Stops at the first difference, with its seed and the smallest operation that differs. Exit code 0 when there was none, 1 at
a difference, 2 when the options are wrong.`;

const reportEveryMs = 2_000;

class UsageError extends Error {}

type Options = { operations: number; seed: number };

function wholeNumber(name: string, text: string, from: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= from && value < 2 ** 31) return value;
  throw new UsageError(`${name} must be a whole number from ${from} to ${2 ** 31 - 1}, not "${text}"`);
}

function parse(args: string[]): Options | 'help' {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      operations: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const [target, ...more] = positionals;
  if (target !== 'gateway' || more.length > 0)
    throw new UsageError(`say what to fuzz: gateway, not "${positionals.join(' ')}"`);
  return {
    operations: wholeNumber('--operations', values.operations, 1),
    seed: wholeNumber('--seed', values.seed, 0),
  };
}

async function run({ operations, seed }: Options): Promise<number> {
  const begun = Date.now();
  const seconds = () => `${((Date.now() - begun) / 1_000).toFixed(1)} s`;
  let reported = begun;
  const { failure, sound, faulty, cut, wrongInStock, ...done } = await fuzz({
    seed,
    operations,
    onProgress: (count) => {
      if (Date.now() - reported < reportEveryMs) return;
      reported = Date.now();
      console.log(`${count} of ${operations} operations, ${seconds()}`);
    },
  });
  if (failure) {
    console.log(`seed ${failure.seed}: ${failure.difference}\n\n${failure.report}\n`);
    console.log(`run it again: npm run fuzz -- gateway --seed ${failure.seed} --operations 1`);
    return 1;
  }
  const compiled = sound.compiled + faulty.compiled;
  const handedOver = sound['handed over'] + faulty['handed over'];
  console.log(
    `${done.operations} operations from seed ${seed}: no difference (${seconds()}); at the second sight ${compiled} compiled` +
      ` (${cut} without parsing), ${handedOver} handed over to Apollo; ${wrongInStock} wrong in Apollo's own gateway`,
  );
  return 0;
}

/** Of Node's parseArgs, without its advice. */
function usageOf(error: unknown): string | undefined {
  if (error instanceof UsageError) return error.message;
  if (!(error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')))
    return undefined;
  return error.message.replace(/\. To specify a positional argument.*/, '');
}

try {
  const options = parse(process.argv.slice(2));
  if (options === 'help') console.log(help);
  else process.exitCode = await run(options);
} catch (error) {
  const usage = usageOf(error);
  console.error(usage === undefined ? error : `${usage} (see --help)`);
  process.exitCode = usage === undefined ? 1 : 2;
}
