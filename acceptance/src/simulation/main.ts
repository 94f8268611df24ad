import { parseArgs } from 'node:util';
import { mutants } from './mutants.ts';
import { report } from './report.ts';
import { realRules } from './rules.ts';
import { shrink } from './shrink.ts';
import { simulate, type Failure } from './simulate.ts';

const help = `npm run simulate -- [--seed N] [--seeds COUNT] [--mutant NAME]

Runs the decisions of catalogs, users and orders on simulated topics, databases and clocks, with faults, and checks that
everything balances after every step and at rest. The same seed is the same history.

  --seed N       the first seed (default 1); without --seeds only this one
  --seeds COUNT  how many seeds, one after the other (default 10000)
  --mutant NAME  without one of the things that a correct outcome rests on, to see that it is found out:
${[...mutants.keys()].map((name) => `                   "${name}"`).join('\n')}
  --help         this text

Stops at the first failure, with its seed and the shortest history that fails. Exit code 0 when all held, 1 at a
failure, 2 when the options are wrong.`;

const reportEveryMs = 2_000;

type Options = { first: number; count: number; mutant: string | undefined };

class UsageError extends Error {}

function wholeNumber(name: string, text: string, from: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : NaN;
  if (value >= from && value < 2 ** 32) return value;
  throw new UsageError(`${name} must be a whole number from ${from} to ${2 ** 32 - 1}, not "${text}"`);
}

function parse(args: string[]): Options | 'help' {
  const { values } = parseArgs({
    args,
    options: {
      seed: { type: 'string' },
      seeds: { type: 'string' },
      mutant: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { mutant } = values;
  if (mutant !== undefined && !mutants.has(mutant)) throw new UsageError(`there is no mutant "${mutant}"`);
  return {
    first: wholeNumber('--seed', values.seed ?? '1', 0),
    count: wholeNumber('--seeds', values.seeds ?? (values.seed === undefined ? '10000' : '1'), 1),
    mutant,
  };
}

function run({ first, count, mutant }: Options): number {
  const rules = mutants.get(mutant ?? '') ?? realRules;
  const begun = Date.now();
  const seconds = () => ((Date.now() - begun) / 1000).toFixed(1);
  let reported = begun;
  for (let done = 0; done < count; done++) {
    const seed = (first + done) >>> 0;
    const failure: Failure | null = simulate(seed, rules);
    if (failure) {
      console.log(`failed after ${done} seeds and ${seconds()} s, looking for the shortest history…`);
      console.log(report(seed, shrink(failure, rules), rules));
      const again = mutant === undefined ? '' : ` --mutant "${mutant}"`;
      console.log(`run it again: npm run simulate -- --seed ${seed}${again}`);
      return 1;
    }
    if (Date.now() - reported >= reportEveryMs) {
      reported = Date.now();
      console.log(`${done + 1} of ${count} seeds, ${seconds()} s`);
    }
  }
  const which = count === 1 ? `seed ${first}` : `${count} seeds from ${first}`;
  console.log(`${which}: every invariant held, after every step and at rest (${seconds()} s)`);
  return 0;
}

try {
  const options = parse(process.argv.slice(2));
  if (options === 'help') console.log(help);
  else process.exitCode = run(options);
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  if (!isUsage) throw error;
  console.error(`${error.message.split('\n')[0]} (see --help)`);
  process.exitCode = 2;
}
