import { statfsSync } from 'node:fs';

/** A failure that its message explains in full: printed as one line, without a stack, before the process ends. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message.replace(/\s*\n\s*/g, ' ').trim(), { cause: options.cause });
    this.name = 'Failure';
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The code of a system error (ENOENT, ENOSPC, …), looked for along the chain of causes. */
export function errorCode(error: unknown): string | undefined {
  for (let at = error; typeof at === 'object' && at !== null; at = 'cause' in at ? at.cause : undefined)
    if ('code' in at && typeof at.code === 'string') return at.code;
  return undefined;
}

export const messageOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);

/** How each operating system call, MariaDB, Kafka and Maven say that the disk is full. */
export const saysDiskFull = (text: string) =>
  /ENOSPC|No space left on device|Errcode: 28\b|errno: 28\b|OS errno 28\b|failed with error 28\b|disk is full/i.test(
    text,
  );

/** Less than a server needs to do anything at all: not every one says so when that is why it failed. */
const nothingFree = 16_000_000;

export function isDiskFull(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < nothingFree;
  } catch {
    return false;
  }
}

/** Any error as the one line to print; `dataDir` is named when the disk is full. */
export function explain(error: unknown, dataDir?: string): { line: string; exitCode: number } {
  const message = messageOf(error);
  const full = dataDir !== undefined && isDiskFull(dataDir);
  if (full || errorCode(error) === 'ENOSPC' || saysDiskFull(message))
    return {
      line: `the disk is full: make room${dataDir ? ` for ${dataDir}` : ''} and start again`,
      exitCode: 1,
    };
  if (error instanceof Failure) return { line: message, exitCode: error.exitCode };
  return { line: error instanceof Error ? (error.stack ?? message) : message, exitCode: 1 };
}

/** Runs a command line's main function; a failure ends the process with one line on stderr. */
export async function runMain(main: () => Promise<number | undefined>): Promise<void> {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const { line, exitCode } = explain(error);
    console.error(line);
    process.exitCode = exitCode;
  }
}
