import type { Sql } from '@ordermesh/chassis/database';
import { writeToOutbox, type OutboxEvent } from '@ordermesh/chassis/outbox';

/** A row of an outbox table, by its columns. */
export type OutboxRow = Record<string, string | null>;

const insert = /^INSERT INTO outbox \(([^)]+)\)/;

function readRow(statement: unknown, values: unknown): OutboxRow {
  const columns = insert.exec(String(statement))?.[1]?.split(/,\s*/);
  const first: unknown = Array.isArray(values) ? values[0] : undefined;
  if (!columns || !Array.isArray(first)) throw new Error(`not an insert into the outbox: ${statement}`);
  return Object.fromEntries(
    columns.map((column, i): [string, string | null] => {
      const value: unknown = first[i];
      if (value !== null && typeof value !== 'string') throw new Error(`outbox.${column} is no text`);
      return [column, value];
    }),
  );
}

/** The row that the services' own `writeToOutbox` inserts for an event. */
export function outboxRowOf(event: OutboxEvent): Promise<OutboxRow> {
  return new Promise((resolve, reject) => {
    // Only what is inserted counts; that it is deleted again the connector does not see. Neither statement ends.
    const recording: Sql = {
      batch: (statement, values) => {
        try {
          resolve(readRow(statement, values));
        } catch (error) {
          reject(error);
        }
        return new Promise<never>(() => undefined);
      },
      query: () => new Promise<never>(() => undefined),
    };
    writeToOutbox(recording, [event]).catch(reject);
  });
}
