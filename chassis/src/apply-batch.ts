import { isDataError } from './database-errors.ts';
import { InvalidRecordError } from './errors.ts';

/** An event with the record that it came in, so that it can become a dead letter. */
export type Rejected<E> = { event: E; reason: string };

/**
 * Applies events as one batch. When their data is at fault the batch is split in halves, in order, until the culprit
 * is alone; it is returned with the reason. Every other error (a dependency down, a bug) is thrown: nothing is
 * skipped for it.
 */
export async function applySplitting<E>(
  events: E[],
  apply: (events: E[]) => Promise<Rejected<E>[]>,
): Promise<Rejected<E>[]> {
  const [first] = events;
  if (first === undefined) return [];
  try {
    return await apply(events);
  } catch (error) {
    if (!(error instanceof InvalidRecordError) && !isDataError(error)) throw error;
    if (events.length === 1) {
      return [
        {
          event: first,
          reason: error instanceof InvalidRecordError ? error.message : 'the data cannot be stored',
        },
      ];
    }
    const middle = Math.ceil(events.length / 2);
    return [
      ...(await applySplitting(events.slice(0, middle), apply)),
      ...(await applySplitting(events.slice(middle), apply)),
    ];
  }
}
