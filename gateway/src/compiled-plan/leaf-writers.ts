import {
  GraphQLBoolean,
  GraphQLFloat,
  GraphQLID,
  GraphQLInt,
  GraphQLString,
  isEnumType,
  type GraphQLEnumType,
  type GraphQLScalarType,
} from 'graphql';
import { IrregularAnswerError } from './plan.ts';

/** Writes a value that was answered as JSON; throws for one that is not right, or that is null or missing. */
export type Write = (value: unknown) => string;

/** What JSON writes otherwise than as it is. */
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/; // eslint-disable-line no-control-regex -- these are what is looked for

export function quoteAny(value: string): string {
  return escaped.test(value) ? JSON.stringify(value) : `"${value}"`;
}

function wrong(value: unknown): never {
  throw new IrregularAnswerError(`not a value of its type: ${typeof value}`);
}

/** How a string is written. */
export type Quote = (value: string) => string;
/** Of answers without a backslash: they had nothing to escape, so there is nothing to be looked for. */
export const quotePlain: Quote = (value) => `"${value}"`;

const writersOf = (quote: Quote): Record<string, Write> => ({
  [GraphQLString.name]: (value) => (typeof value === 'string' ? quote(value) : wrong(value)),
  [GraphQLID.name]: (value) =>
    typeof value === 'string' ? quote(value) : Number.isSafeInteger(value) ? String(value) : wrong(value),
  [GraphQLInt.name]: (value) => (Number.isSafeInteger(value) ? String(value) : wrong(value)),
  [GraphQLFloat.name]: (value) => (typeof value === 'number' ? writeAny(value) : wrong(value)),
  [GraphQLBoolean.name]: (value) => (typeof value === 'boolean' ? String(value) : wrong(value)),
});

/** The writer of a scalar or enum. A scalar of the schema's own is whatever JSON its subgraph gave. */
export function leafWriter(type: GraphQLScalarType | GraphQLEnumType, quote: Quote): Write {
  if (isEnumType(type)) {
    const texts = new Map(type.getValues().map(({ name }) => [name, JSON.stringify(name)]));
    return (value) => (typeof value === 'string' && texts.get(value)) || wrong(value);
  }
  return (
    writersOf(quote)[type.name] ??
    ((value) => {
      if (typeof value === 'string') return quote(value);
      return value === null || value === undefined ? wrong(value) : writeAny(value);
    })
  );
}

/** Any JSON. Strings and numbers, which most values are, do not need JSON.stringify, which costs several times as much. */
export function writeAny(value: unknown): string {
  if (typeof value === 'string') return quoteAny(value);
  return typeof value === 'number' && Number.isFinite(value) ? `${value}` : JSON.stringify(value);
}
