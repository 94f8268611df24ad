import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import type { Append } from '@ordermesh/chassis/appender';
import type { PublishedEvent } from '@ordermesh/chassis/published-event';
import type { ConsumedRecord } from '@ordermesh/chassis/record';
import { readDefinition } from '@ordermesh/connectors';
import { createOutboxRoute } from '../outbox-record.ts';
import { outboxRowOf, type OutboxRow } from '../outbox-row.ts';

/** A record as it lies on its topic. */
export type Example = {
  topic: string;
  key: string | null;
  headers: Record<string, string>;
  value: string | null;
};

/** A kind of record, as the catalogue shows it. */
export type Message = Pick<PublishedEvent, 'name' | 'summary' | 'notes' | 'key' | 'headers'> & {
  /** Unknown for what may be anything. */
  value: z.ZodType;
  /** Most are on one topic only. */
  topics: string[];
  /** Services, by name; `people` for what is typed by hand. */
  writtenBy: string[];
  /** Those of them who write to one topic, where not all write to all. */
  writersOn?: (topic: string) => string[];
  /** How it comes to the topic, where the writer does not append it itself. */
  by?: string;
  examples: Example[];
};

const text = (content: Buffer | string | null): string | null => (content === null ? null : String(content));

export const asExample = ({ topic, key, value, headers }: Append): Example => ({
  topic,
  key: text(key),
  value: text(value),
  headers: Object.fromEntries(Object.entries(headers).map(([name, header]) => [name, String(header)])),
});

/** As a consumer would see it. */
export const asRecord = ({ topic, key, value, headers }: Example): ConsumedRecord => ({
  ...{ topic, partition: 0, offset: '0', timestamp: String(Date.UTC(2026, 6, 1, 9, 30, 6)), headers },
  key: key === null ? null : Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
});

/** What is read of a value: JSON, or text that is none. */
export function valueOf({ value }: Example): unknown {
  try {
    return value === null ? null : JSON.parse(value);
  } catch {
    return value;
  }
}

/** The connector that publishes a service's outbox. */
export const outboxConnector = (service: string) => `${service}-outbox`;

/** The record that a service's outbox connector makes of a row. */
export function routeOutbox(service: string, row: OutboxRow): Example {
  const file = new URL(`../../../connectors/definitions/${outboxConnector(service)}.json`, import.meta.url);
  return asExample(createOutboxRoute(readDefinition(fileURLToPath(file)))(row));
}

/** A service's event with its examples as they come to lie on the topic. */
export async function asMessage(service: string, event: PublishedEvent): Promise<Message> {
  const { topic, name, summary, notes, key, headers, value } = event;
  const described = { name, summary, key, headers, value, ...(notes !== undefined && { notes }) };
  const written = { topics: [topic], writtenBy: [service] };
  if ('throughOutbox' in event) {
    const rows = await Promise.all(event.throughOutbox().map(outboxRowOf));
    const examples = rows.map((row) => routeOutbox(service, row));
    return {
      ...described,
      ...written,
      by: `its outbox and the connector \`${outboxConnector(service)}\``,
      examples,
    };
  }
  if ('recorded' in event) {
    const by = `the connector \`${event.connector}\``;
    return { ...described, ...written, by, examples: event.recorded.map(asExample) };
  }
  return { ...described, ...written, examples: event.appended().map(asExample) };
}
