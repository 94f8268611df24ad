import type { Database } from '@ordermesh/chassis/database';
import { InvalidRecordError } from '@ordermesh/chassis/errors';
import type { KafkaClient } from '@ordermesh/chassis/kafka';
import { createLogReader, type LogReader } from '@ordermesh/chassis/log-reader';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { setTimeout as delay } from 'node:timers/promises';
import { rowsTopic } from '../envelope.ts';
import { ordersTopic } from '../events.ts';
import { countUndecided } from './compare.ts';
import { foldRows } from './fold-rows.ts';
import { addMissing, pruneUnknown, replaceWrong } from './mend.ts';
import { newsOf } from './news.ts';
import { isTyped, readEnvelope, readEventRow } from './read-row.ts';
import { readRefused } from './refused.ts';
import { createShadowTable, dropShadowTable, writeShadow, type Row } from './shadow-table.ts';

/** Rows are locked while the log's newest records are read: rather given up than the sink held up for longer. */
const catchUpWithinMs = 10_000;
/** An order whose last record is younger may be on its way through projector and sink. */
const onItsWayMs = 5_000;
/** For so long the sink is waited for, lest it refuses a typed envelope that we took for a row. */
const refusedWithinMs = 2_000;

export type Report = {
  /** Records of orders.events. */
  events: number;
  /** Records of the topic orders, and those of them that make a row and were typed by people. */
  rowRecords: number;
  typedRows: number;
  missing: number;
  behind: number;
  wrong: number;
  /** Rows that differ, of which the log does not say whether they are wrong. */
  undecided: number;
  unknown: number;
  unknownExample: string | undefined;
  /** How long it took to make the table that the log tells of, in milliseconds. */
  fillMs: number;
  totalMs: number;
};

type Progress = (step: string, done?: number, total?: number) => void;

/**
 * Rebuilds the table `orders` from the log while orders are placed and settled.
 *
 * What a row is, the topic `orders` says: it holds all that the sink was ever given, the projector's rows and those that
 * people typed, in the order in which it was given. Reading orders.events first and what was typed afterwards would
 * turn that order around for an id that is in both, and put in place of a right row what it was before. The events, as
 * the projector reads them, are for what that topic lacks: orders that it does not know, and how a row's status went on.
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
  let [typedRows, newest] = [0, 0];

  /** Of the rows that records make, writes those that are `needed`. */
  const fill = (
    read: (record: ConsumedRecord) => Row | null,
    needed: (made: Row[]) => Row[] | Promise<Row[]>,
  ) =>
    async function onRecords(records: ConsumedRecord[]): Promise<void> {
      const made = records.flatMap((record) => readOrSkip(read, record) ?? []);
      await writeShadow(database, await needed(made));
      for (const { recordedAt } of made) newest = Math.max(newest, recordedAt);
    };

  const begun = Date.now();
  await createShadowTable(database);
  const events = createLogReader({
    kafka,
    topic: ordersTopic,
    onRecords: fill(readEventRow, (made) => newsOf(database.sql, made)),
  });
  let typed: LogReader | undefined;
  try {
    const known = await endsOf(kafka, rowsTopic);
    progress('reading what the sink refused');
    await delay(Math.max(0, begun + refusedWithinMs - Date.now()));
    const refused = await readRefused(kafka);
    const readRow = (record: ConsumedRecord): Row | null => {
      if (refused.has(`${record.partition}-${record.offset}`)) return null;
      const row = readEnvelope(record);
      if (!isTyped(record)) return row;
      typedRows++;
      return { ...row, doubted: BigInt(record.offset) >= (known.get(record.partition) ?? 0n) };
    };
    const typing = createLogReader({ kafka, topic: rowsTopic, onRecords: fill(readRow, foldRows) });
    typed = typing;
    await typing.start();
    await typing.caughtUp({ onProgress: (done, total) => progress(`reading ${rowsTopic}`, done, total) });
    // Nearly all that the events tell, the rows know by then.
    await events.start();
    await events.caughtUp({ onProgress: (done, total) => progress(`reading ${ordersTopic}`, done, total) });
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
    await letPass(Math.min(newest, until.getTime()));
    const added = await addMissing(database, { until, dryRun, onProgress: (n) => progress('mending', n) });
    progress('replacing what contradicts the log');
    const wrong = dryRun ? added.wrong : await replaceWrong(database, { caughtUp });
    const undecided = await countUndecided(database.sql);
    progress('looking for orders that no record tells of');
    const { unknown, example } = await pruneUnknown(database, { caughtUp, prune: prune && !dryRun });
    return {
      events: events.read(),
      rowRecords: typing.read(),
      typedRows,
      missing: added.missing,
      behind: dryRun ? 0 : Math.max(0, added.wrong - wrong),
      wrong,
      undecided,
      unknown,
      unknownExample: example,
      fillMs,
      totalMs: Date.now() - begun,
    };
  } finally {
    await Promise.all([events.stop(), typed?.stop()]);
    await dropShadowTable(database);
  }
}

/** The offset after the last, by partition. */
async function endsOf(kafka: KafkaClient, topic: string): Promise<ReadonlyMap<number, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = await admin.fetchTopicOffsets(topic);
    return new Map(ends.map(({ partition, high }) => [partition, BigInt(high)]));
  } finally {
    await admin.disconnect();
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

/** Waits until what was recorded then has arrived; not at all when that is long ago. */
async function letPass(recordedAt: number): Promise<void> {
  const wait = recordedAt + onItsWayMs - Date.now();
  if (wait > 0) await delay(wait);
}
