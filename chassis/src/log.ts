import pino, { type Logger } from 'pino';
import pretty from 'pino-pretty';
import { currentTraceId } from './trace.ts';

export type { Logger };

/** There is one, however many loggers write on it. */
let standardOutput: pino.DestinationStream | undefined;

/** One JSON line per event with service, instance and trace id; readable lines where a person looks at a terminal. */
export function createLogger(options: { service: string; instance: string; level: string }): Logger {
  const settings = {
    level: options.level,
    base: { service: options.service, instance: options.instance },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { error: pino.stdSerializers.errWithCause },
    errorKey: 'error',
    // TypeORM's errors carry the values of a statement: emails and hashes have no place in a log.
    redact: ['*.password', '*.token', '*.authorization', 'error.parameters', 'error.cause.parameters'],
    mixin: () => {
      const traceId = currentTraceId();
      return traceId === undefined ? {} : { traceId };
    },
  };
  if (!process.stdout.isTTY) return pino(settings, (standardOutput ??= createStandardOutput()));
  return pino(settings, pretty({ ignore: 'service,pid,hostname', singleLine: true, sync: true }));
}

/**
 * Lines of one turn of the event loop leave in one write, at its end: a write for each would be a twentieth of what a
 * request costs. Whatever ends the process, short of a kill, writes them first.
 */
function createStandardOutput(): pino.DestinationStream {
  const file = pino.destination({ fd: 1, sync: true });
  let lines = '';
  const flushSync = (): void => {
    const out = lines;
    // First of all: should writing fail, what comes later is written all the same.
    lines = '';
    if (out !== '') file.write(out);
  };
  process.on('exit', flushSync);
  const stream = {
    write(line: string): void {
      if (lines === '') setImmediate(flushSync);
      lines += line;
    },
    /** Pino calls it after a fatal line. */
    flushSync,
  };
  return stream;
}

/** For lines in which nothing is secret, on a hot path: looking for what is takes longer than writing them. */
export const withoutRedaction = (log: Logger): Logger => log.child({}, { redact: [] });
