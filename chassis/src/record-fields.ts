import { z } from 'zod';
import { InvalidRecordError } from './errors.ts';
import { isIdentifier } from './identifiers.ts';
import { parseJsonValue, type ConsumedRecord } from './record.ts';

/** The range of MariaDB's DATETIME. */
const [earliest, latest] = [Date.parse('1000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];
const shownCharacters = 80;

/** A value as it is quoted in the reason of a dead letter, shortened. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= shownCharacters ? text : `${text.slice(0, shownCharacters)}…`;
}

/** A field that says what it is and what was expected when it is wrong. */
function field<T>(expected: string, accepts: (value: unknown) => value is T) {
  return z.custom<T>(accepts, {
    error: ({ input }) =>
      input === undefined ? `is missing; expected ${expected}` : `is ${show(input)}; expected ${expected}`,
  });
}

/** An exact integer from `min` to `max`, both included. */
export function integerField(min: number, max: number) {
  return field(
    `an integer from ${min} to ${max}`,
    (value): value is number =>
      typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max,
  );
}

export const identifierField = field('a string of 1 to 64 characters', isIdentifier);

/** Minor units, 0 … 2^53-1. */
export const moneyField = integerField(0, Number.MAX_SAFE_INTEGER);

/** ISO 8601 with its zone, within what a database can hold. */
export const dateTimeField = z.iso
  .datetime({
    offset: true,
    error: ({ input }) => `is ${show(input)}; expected a date and time of ISO 8601 with its zone`,
  })
  .transform((text) => new Date(text))
  .refine(isStorableDate, { error: ({ input }) => `is ${show(input)}; expected a year from 1000 to 9999` });

export function isStorableDate(date: Date): boolean {
  return date.getTime() >= earliest && date.getTime() <= latest;
}

/** The record's own time, for an event that says none. Throws InvalidRecordError. */
export function recordTime(record: ConsumedRecord): Date {
  const date = new Date(Number(record.timestamp));
  if (isStorableDate(date)) return date;
  throw new InvalidRecordError(
    `the record's timestamp is ${record.timestamp}; expected a year from 1000 to 9999`,
  );
}

/** The value of a record as a JSON object. Throws InvalidRecordError. */
export function parseJsonObject(record: ConsumedRecord): object {
  const value = parseJsonValue(record);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new InvalidRecordError(`the value is ${show(value)}; expected a JSON object`);
}

/** What a schema makes of a value. Throws InvalidRecordError that names every mistake. */
export function parseFields<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map(({ path, message }) => [...path, message].join(' '));
  throw new InvalidRecordError(mistakes.join(', '));
}

/** Throws InvalidRecordError unless `total` is exactly `count × each`. */
export function requireProduct(name: string, total: number, count: number, each: number): void {
  // In whole numbers of any size: a product of two doubles could be rounded to the very total that was claimed.
  const expected = BigInt(count) * BigInt(each);
  if (expected !== BigInt(total)) throw new InvalidRecordError(`${name} is ${total}; expected ${expected}`);
}
