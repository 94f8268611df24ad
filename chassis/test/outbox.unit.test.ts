import { expect, test } from '@jest/globals';
import type { Sql } from '@ordermesh/chassis/database';
import { eventId, writeToOutbox } from '@ordermesh/chassis/outbox';
import { newTraceparent, withTrace } from '@ordermesh/chassis/trace';

/** Keeps the rows that are inserted instead of inserting them. */
function keepRows() {
  const rows: unknown[][] = [];
  const batch = (_: unknown, values: unknown[][]) => Promise.resolve(rows.push(...values));
  const sql = { batch, query: () => Promise.resolve() } as unknown as Sql;
  return { sql, rows };
}

const event = (traceparent?: string) => ({
  ...{ id: eventId('A', 'one'), type: 'A', aggregateId: 'one', payload: { n: 1 } },
  traceparent,
});

test('an event carries the trace of its cause, or else the current one, or else none', async () => {
  const { sql, rows } = keepRows();
  const [cause, current] = [newTraceparent(), newTraceparent()];
  await withTrace(current, () => writeToOutbox(sql, [event(cause), event()]));
  await writeToOutbox(sql, [event()]);
  expect(rows.map((row) => row[4])).toEqual([cause, current, null]);
});

test('a traceparent that is none (a record may carry anything) is dropped, and the event goes out', async () => {
  const { sql, rows } = keepRows();
  await writeToOutbox(sql, [event('x'.repeat(1_000))]);
  expect(rows).toEqual([[eventId('A', 'one'), 'A', 'one', '{"n":1}', null]]);
});
