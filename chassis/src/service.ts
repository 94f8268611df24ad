import type { Logger } from './log.ts';

/** Something that runs for as long as the service does. `stop` finishes what was begun. */
export type Part = { name: string; start(): Promise<void>; stop(): Promise<void> };

/** Time for an orderly stop; whoever asked for it will kill the process after about this long. */
const stopWithinMs = 10_000;

/**
 * Starts the parts in order and stops them in reverse on SIGTERM or SIGINT, exit code 0. A part that cannot start,
 * or an error that nobody caught, ends the process with code 1: a supervisor restarts it from a clean state.
 */
export async function runService(options: { log: Logger; parts: Part[] }): Promise<void> {
  const { log, parts } = options;
  const started: Part[] = [];
  let stopping = false;

  async function stop(exitCode: number): Promise<void> {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      log.error(
        { parts: started.map((part) => part.name) },
        `not stopped within ${stopWithinMs} ms, leaving`,
      );
      process.exit(1);
    }, stopWithinMs).unref();
    for (const part of started.toReversed()) {
      await part.stop().catch((error: unknown) => log.error({ error }, `${part.name} did not stop cleanly`));
      started.pop();
    }
    log.info('stopped');
    process.exit(exitCode);
  }

  function fail(error: unknown): void {
    log.fatal({ error }, 'unexpected error, stopping');
    void stop(1);
  }

  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (!stopping) log.info({ signal }, 'stopping');
      void stop(0);
    });
  }

  for (const part of parts) {
    if (stopping) return;
    started.push(part);
    await part.start().catch((error: unknown) => {
      log.fatal({ error }, `${part.name} did not start`);
      return stop(1);
    });
  }
  if (!stopping) log.info('started');
}
