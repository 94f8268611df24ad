/** A failure that its message explains in full: printed as one line, without a stack. Exit code 2 is for wrong usage. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, { exitCode = 1, cause }: { exitCode?: number; cause?: unknown } = {}) {
    super(message.replace(/\s*\n\s*/g, ' ').trim(), { cause });
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

export const usage = (message: string) => new Failure(message, { exitCode: 2 });

type ErrorLike = { name?: unknown; message: unknown; code?: unknown; cause?: unknown };

/** Told by its shape: fetch's errors are those of another realm under some test runners. */
export const isErrorLike = (error: unknown): error is ErrorLike =>
  typeof error === 'object' && error !== null && 'message' in error;

export const messageOf = (error: unknown) => String(isErrorLike(error) ? error.message : error);
