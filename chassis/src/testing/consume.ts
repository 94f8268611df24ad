import type { Append, Appender } from '../appender.ts';
import { createBatchProcessor, type Handler } from '../batch-processor.ts';
import { createLogger } from '../log.ts';
import type { ConsumedRecord } from '../record.ts';

/** What becomes of a record; of a dead letter it is told why. */
export type Fate = 'applied' | 'of no concern' | 'not on its topics' | `dead letter: ${string}`;

const log = createLogger({ service: 'test', instance: 'test', level: 'silent' });

/** Runs records of one partition through a handler as its consumer does, without a broker. */
export async function consume<E>(handler: Handler<E>, records: readonly ConsumedRecord[]): Promise<Fate[]> {
  const appender = { append: () => Promise.resolve() };
  const process = createBatchProcessor({ groupId: 'test', handler, appender, log });
  const seen = records.filter(({ topic }) => handler.topics.includes(topic));
  const { records: concerned, refused } = await process(seen);
  const reasons = new Map(refused.map(({ record, reason }) => [record, reason]));
  return records.map((record): Fate => {
    if (!seen.includes(record)) return 'not on its topics';
    const reason = reasons.get(record);
    if (reason !== undefined) return `dead letter: ${reason}`;
    return concerned.includes(record) ? 'applied' : 'of no concern';
  });
}

/** Stands for the broker: keeps what is appended. */
export function createRecordingAppender() {
  const appended: Append[] = [];
  const append: Appender['append'] = (record) => {
    appended.push(record);
    return Promise.resolve();
  };
  return { append, appended };
}
