import type { Database } from '@ordermesh/chassis/database';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import type { KafkaClient } from '@ordermesh/chassis/kafka';
import { createLogReader, type LogReader } from '@ordermesh/chassis/log-reader';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { setTimeout as delay } from 'node:timers/promises';
import { rowsTopic } from '../envelope.ts';
import { ordersTopic } from '../events.ts';
import { addMissing, pruneUnknown, replaceWrong } from './mend.ts';
import { readEventRow, readTypedRow } from './read-row.ts';
import { readRefused } from './refused.ts';
import { createShadowTable, dropShadowTable, writeShadow, type Row } from './shadow-table.ts';

/** Rows are locked while the log's newest records are read: rather given up than the sink held up for longer. */
const catchUpWithinMs = 10_000;
/** An order whose last record is younger may be on its way through projector and sink. */
const onItsWayMs = 5_000;

export type Report = {
  /** Records of orders.events, and rows that they made. */
  events: number;
  eventRows: number;
  typedRows: number;
  missing: number;
  behind: number;
  wrong: number;
  unknown: number;
  unknownExample: string | undefined;
  /** How long it took to make the table that the log tells of, in milliseconds. */
  fillMs: number;
};

type Progress = (step: string, done?: number, total?: number) => void;

/**
 * Rebuilds the table `orders` from the log while orders are placed and settled: the events of orders.events as the projector
 * reads them, then the envelopes that people typed.
 *
 * Sending everything through the sink once more would not do: under the trigger no status is ever set right, an emptied
 * table would deny orders to whoever reads meanwhile, and new orders would stand in line behind all old ones. Replacing the
 * table by one that is filled beside it would lose what the sink writes between the last look at the log and the swap, or
 * hold up every reader for it. So a shadow table is filled from the log and kept up with it; then the live table is
 * compared with it and mended in place: rows that are missing or behind are upserted as the sink does it, and only rows
 * that contradict the log are replaced, a few at a time, each locked until the shadow has caught up with the log. No row
 * moves backwards, none is away for a moment, and rows that are right are not touched. It can be interrupted and
 * run again at any time.
 */
export async function rebuildOrders(options: {
  database: Pick<Database, 'sql' | 'transaction'>;
  kafka: KafkaClient;
  dryRun: boolean;
  prune: boolean;
  progress: Progress;
}): Promise<Report> {
  const { database, kafka, dryRun, prune, progress } = options;
  const rows = { events: 0, typed: 0 };

  const fill = (read: (record: ConsumedRecord) => Row | null, kind: keyof typeof rows) =>
    async function onRecords(records: ConsumedRecord[]): Promise<void> {
      const made = records.flatMap((record) => readOrSkip(read, record) ?? []);
      await writeShadow(database, made);
      rows[kind] += made.length;
    };
  const begun = Date.now();
  await createShadowTable(database);
  const events = createLogReader({ kafka, topic: ordersTopic, onRecords: fill(readEventRow, 'events') });
  let typed: LogReader | undefined;
  try {
    await events.start();
    await events.caughtUp({ onProgress: (done, total) => progress(`reading ${ordersTopic}`, done, total) });

    progress('reading what the sink refused');
    const refused = await readRefused(kafka);
    const readTyped = (record: ConsumedRecord) =>
      refused.has(`${record.partition}-${record.offset}`) ? null : readTypedRow(record);
    const typing = createLogReader({ kafka, topic: rowsTopic, onRecords: fill(readTyped, 'typed') });
    typed = typing;
    await typing.start();
    await typing.caughtUp({ onProgress: (done, total) => progress(`reading ${rowsTopic}`, done, total) });
    const caughtUp = async () => {
      await Promise.all([
        events.caughtUp({ withinMs: catchUpWithinMs }),
        typing.caughtUp({ withinMs: catchUpWithinMs }),
      ]);
    };
    await caughtUp();
    const until = new Date();
    const fillMs = until.getTime() - begun;

    progress('comparing');
    await letPass(database, until);
    const added = await addMissing(database, { until, dryRun, onProgress: (n) => progress('mending', n) });
    progress('replacing what contradicts the log');
    const wrong = await replaceWrong(database, { caughtUp, dryRun });
    progress('looking for orders that no record tells of');
    const { unknown, example } = await pruneUnknown(database, { caughtUp, prune: prune && !dryRun });
    return {
      events: events.read(),
      eventRows: rows.events,
      typedRows: rows.typed,
      missing: added.missing,
      behind: dryRun ? 0 : Math.max(0, added.wrong - wrong),
      wrong,
      unknown,
      unknownExample: example,
      fillMs,
    };
  } finally {
    await Promise.all([events.stop(), typed?.stop()]);
    await dropShadowTable(database);
  }
}

/** Null for a record that is a dead letter. */
function readOrSkip(read: (record: ConsumedRecord) => Row | null, record: ConsumedRecord): Row | null {
  try {
    return read(record);
  } catch (error) {
    if (error instanceof InvalidRecordError) return null;
    throw error;
  }
}

/** Waits until what is on its way has arrived; not at all when nothing is. */
async function letPass({ sql }: Pick<Database, 'sql'>, until: Date): Promise<void> {
  const [last] = await sql.query<{ at: Date | null }[]>('SELECT MAX(recorded_at) AS at FROM orders_rebuilt');
  const newest = Math.min(last?.at?.getTime() ?? 0, until.getTime());
  const wait = newest + onItsWayMs - Date.now();
  if (wait > 0) await delay(wait);
}
