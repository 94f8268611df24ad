import type { Appender } from './appender.ts';
import { applySplitting, type Rejected } from './apply-batch.ts';
import { toDeadLetter, type DeadLetter } from './dead-letters.ts';
import { InvalidRecordError } from './errors.ts';
import type { Logger } from './log.ts';
import type { Processed } from './messaging-spans.ts';
import type { ConsumedRecord } from './record.ts';
import { isTraceparent, withTrace } from './trace.ts';

/** How a service takes part in a topic. `E` is its own reading of a record. */
export type Handler<E> = {
  topics: string[];
  /** Reads one record. Null for one that is of no concern here; throws InvalidRecordError for a malformed one. */
  parse(record: ConsumedRecord): E | null;
  /**
   * Applies events in one transaction; those of one partition are in order of their offsets. Idempotent, as any of them
   * may come again. Returns those that can never be applied. May throw: see applySplitting.
   */
  apply(events: E[]): Promise<Rejected<E>[]>;
};

type Read<E> = { event: E; record: ConsumedRecord };

/**
 * Processes records: read, apply in one transaction, append what can never be applied to the group's
 * dead-letter topic. When it resolves all of them are dealt with, as it says; when it rejects, all of them have to come
 * again.
 */
export function createBatchProcessor<E>(options: {
  groupId: string;
  handler: Handler<E>;
  appender: Pick<Appender, 'append'>;
  log: Logger;
}) {
  const { groupId, handler, appender, log } = options;

  function read(records: ConsumedRecord[]): { events: Read<E>[]; malformed: DeadLetter[] } {
    const events: Read<E>[] = [];
    const malformed: DeadLetter[] = [];
    for (const record of records) {
      try {
        const event = handler.parse(record);
        if (event !== null) events.push({ event, record });
      } catch (error) {
        if (!(error instanceof InvalidRecordError)) throw error;
        malformed.push({ record, reason: error.message });
      }
    }
    return { events, malformed };
  }

  async function apply(some: Read<E>[]): Promise<Rejected<Read<E>>[]> {
    const recordOf = new Map(some.map((one) => [one.event, one]));
    const refused = await handler.apply(some.map((one) => one.event));
    return refused.flatMap(({ event, reason }) => {
      const whole = recordOf.get(event);
      return whole ? [{ event: whole, reason }] : [];
    });
  }

  function say({ record, reason }: DeadLetter): void {
    const { topic, partition, offset, headers } = record;
    const line = () => log.warn({ topic, partition, offset, reason }, 'dead letter');
    // In the trace of the record, if it has one: not in that of the batch.
    if (isTraceparent(headers['traceparent'])) withTrace(headers['traceparent'], line);
    else line();
  }

  return async function process(records: ConsumedRecord[]): Promise<Processed> {
    const { events, malformed } = read(records);
    const rejected = await applySplitting(events, apply);
    const deadLetters = [
      ...malformed,
      ...rejected.map(({ event, reason }) => ({ record: event.record, reason })),
    ];
    await Promise.all(deadLetters.map((letter) => appender.append(toDeadLetter(groupId, letter))));
    deadLetters.forEach(say);
    const concerned = [...events, ...malformed].map(({ record }) => record);
    return { records: concerned, refused: deadLetters };
  };
}
