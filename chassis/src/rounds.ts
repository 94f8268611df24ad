import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';

/** Each record earns its successors so long a wait, in milliseconds, … */
const msPerRecord = 5;
/** … from the beginning of their round, and no round keeps the next one waiting for longer … */
const longestMs = 100;
/** … unless it took long itself: then the next one waits as long again, but no longer than this. */
const longestRestMs = 150;

/**
 * How long after its end a round is followed by the next one at the soonest, in milliseconds. What is dealt with at a time
 * costs a transaction, a commit of offsets and a fetch, however much it is: the busier it gets, the more is collected. A
 * lone record is dealt with at once, and so is the next one. Where a round takes long, because processors or the database are
 * short, none works for more than half of the time: the same work is less in larger pieces.
 */
export const pauseAfter = (records: number, tookMs: number): number =>
  Math.max(Math.min(records * msPerRecord, longestMs) - tookMs, Math.min(tookMs, longestRestMs));

/**
 * Deals together with what comes together: the client library hands over the partitions of one fetch in one turn of the
 * event loop, each by itself, and fetches anew when all of them are dealt with. `count` is how many records one holds.
 */
export function createRounds<T>(options: {
  dealWith: (items: T[]) => Promise<void>;
  count: (item: T) => number;
}) {
  const { dealWith, count } = options;
  let collecting: { items: T[]; done: Promise<void> } | undefined;

  async function collect(items: T[]): Promise<void> {
    const begun = performance.now();
    await turn();
    collecting = undefined;
    await dealWith(items);
    const records = items.reduce((sum, item) => sum + count(item), 0);
    const pause = pauseAfter(records, performance.now() - begun);
    if (pause > 1) await delay(pause);
  }

  /** Resolves when the item is dealt with and it is time for the next ones. */
  return function join(item: T): Promise<void> {
    if (collecting === undefined) {
      const items: T[] = [];
      collecting = { items, done: collect(items) };
    }
    collecting.items.push(item);
    return collecting.done;
  };
}
