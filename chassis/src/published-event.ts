import { z } from 'zod';
import type { Append } from './appender.ts';
import type { OutboxEvent } from './outbox.ts';

/**
 * What a service says of an event that it publishes: the catalogue of events is made of these. Its examples are made by
 * the code that publishes it, and a test holds them to the schemas, field by field in both directions.
 */
export type PublishedEvent = {
  topic: string;
  /** Unique; the header `type`, where there is one. */
  name: string;
  /** What has happened, in one sentence. */
  summary: string;
  /** What else a reader has to know. */
  notes?: string;
  key: z.ZodType;
  headers: z.ZodObject;
  value: z.ZodType;
} & (
  | { appended: () => Append[] }
  | { throughOutbox: () => OutboxEvent[] }
  /** Made of a table's rows by a connector, and recorded from a real one. */
  | { connector: string; recorded: Append[] }
);

/** A traceparent for examples. */
export const exampleTraceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

/** An id or a key: compared byte by byte. */
export const identifier = (description: string) => z.string().min(1).max(64).describe(description);

/** Of what currency is not said anywhere: there is one. */
export const money = (description: string) =>
  z.int().min(0).max(Number.MAX_SAFE_INTEGER).meta({ description, 'x-unit': 'minor units' });

export const pieces = (description: string, max: number) =>
  z.int().min(1).max(max).meta({ description, 'x-unit': 'pieces' });

export const dateTime = (description: string) =>
  z.iso.datetime({ precision: 3 }).meta({ description, 'x-unit': 'ISO 8601, UTC, milliseconds' });

export const unixMilliseconds = (description: string) =>
  z.int().meta({ description, 'x-unit': 'Unix milliseconds' });

export const traceparent = z
  .string()
  .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
  .optional()
  .describe('The trace that it belongs to (W3C Trace Context): that of whatever caused it.');

/** The headers of every event that a service publishes. */
export const eventHeaders = (type: string) =>
  z.object({
    id: z
      .uuid()
      .describe(
        'Of the event. An order has at most one event of a type: published anew, it has the same id.',
      ),
    type: z.literal(type).describe('What kind of event it is: read this first.'),
    traceparent,
  });
