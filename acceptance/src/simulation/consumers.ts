import type { Append, Log, LogRecord } from './log.ts';
import type { Rules } from './rules.ts';

export type Group = 'catalogs' | 'users' | 'orders-process' | 'orders-projector' | 'orders-sink';

/** A record that a group could not process, and why. */
export type DeadLetter = { group: Group; record: LogRecord; reason: string };

/** What a batch leads to besides what it does to a database. */
export type Output = { append: Append } | { deadLetter: DeadLetter };

/** Processes a batch of one partition: at most one transaction, and what is then to be appended, in this order. */
export type Handler = (records: readonly LogRecord[]) => Output[];

/** A partition as a consumer group reads it, one batch after the other. */
export type Lane = {
  id: string;
  group: Group;
  topic: string;
  partition: number;
  /** The offset that the next batch starts from. */
  committed: number;
  batch: Batch | null;
};

/** A batch on its way. Its consumer can be lost between any two of its steps: `outputs` are null until it was handled. */
export type Batch = {
  lane: Lane;
  records: readonly LogRecord[];
  end: number;
  outputs: Output[] | null;
  appended: number;
  /** False for the batch of an instance that stalled: its partition was given to another, its commit is refused. */
  current: boolean;
};

/** Null if the lane is at its end or at work. */
export function fetch(lane: Lane, log: Log, count: number): Batch | null {
  const records = log.partition(lane.topic, lane.partition);
  if (lane.batch || lane.committed >= records.length) return null;
  const end = Math.min(lane.committed + count, records.length);
  const fetched = records.slice(lane.committed, end);
  lane.batch = { lane, records: fetched, end, outputs: null, appended: 0, current: true };
  return lane.batch;
}

function commit(batch: Batch): void {
  if (batch.current) batch.lane.committed = batch.end;
}

/** Goes one step: handle, then append output by output, and only then commit the offsets. True when that was the last. */
export function work(
  batch: Batch,
  options: { rules: Rules; handle: Handler; emit: (output: Output) => void },
): boolean {
  const { rules, handle, emit } = options;
  if (batch.outputs === null) {
    if (!rules.offsetsAfterWork && batch.current && batch.lane.committed < batch.end) {
      commit(batch);
      return false;
    }
    batch.outputs = handle(batch.records);
    return false;
  }
  const output = batch.outputs[batch.appended];
  if (output) {
    emit(output);
    batch.appended += 1;
    return false;
  }
  if (rules.offsetsAfterWork) commit(batch);
  if (batch.current) batch.lane.batch = null;
  return true;
}

/** Reads records as the service does; what it cannot read becomes a dead letter. */
export function readAll<E extends object>(
  group: Group,
  records: readonly LogRecord[],
  parse: (record: LogRecord) => E | null,
): { events: E[]; recordOf: Map<E, LogRecord>; malformed: Output[] } {
  const recordOf = new Map<E, LogRecord>();
  const malformed: Output[] = [];
  for (const record of records) {
    try {
      const event = parse(record);
      if (event) recordOf.set(event, record);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'InvalidRecordError') throw error;
      malformed.push({ deadLetter: { group, record, reason: error.message } });
    }
  }
  return { events: [...recordOf.keys()], recordOf, malformed };
}
