import { readFileSync } from 'node:fs';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** Ends the process: what is wrong with the command line, how it is used, exit code 2. */
export function exitWithUsage(message: string, usage: string): never {
  console.error(`${message}\n${usage}`);
  process.exit(2);
}

/** The flags of a command that takes nothing else. Ends the process with the usage on anything else. */
export function readFlags<O extends ParseArgsOptionsConfig>(options: O, usage: string) {
  try {
    return parseArgs({ options }).values;
  } catch (error) {
    return exitWithUsage(error instanceof Error ? error.message : String(error), usage);
  }
}

/** What is committed of a file that a command writes; undefined when it cannot be read. */
export function readCommitted(file: URL | string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
