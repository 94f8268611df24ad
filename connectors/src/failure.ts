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

export const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
