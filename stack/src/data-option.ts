import { dataDir } from './paths.ts';
import { usage } from './options.ts';

/** Takes `--data DIR` off the front of a command line: everything after the first other word is the command's own. */
export function splitDataOption(
  args: string[],
  env: NodeJS.ProcessEnv = process.env,
): { data: string; rest: string[] } {
  const [first, second, ...more] = args;
  if (first === '--data') {
    if (!second) throw usage('--data needs a folder');
    return { data: dataDir(second, env), rest: more };
  }
  const given = first?.startsWith('--data=') ? first.slice('--data='.length) : undefined;
  if (given === '') throw usage('--data needs a folder');
  return { data: dataDir(given, env), rest: given === undefined ? args : args.slice(1) };
}
