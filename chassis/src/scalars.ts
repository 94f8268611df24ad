import { GraphQLError, GraphQLScalarType, Kind, type ValueNode } from 'graphql';

function badInput(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT' } });
}

function toMoney(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw badInput(
    `Money is an integer of minor units from 0 to ${Number.MAX_SAFE_INTEGER}, not ${String(value)}`,
  );
}

/** Integer minor units, 0 … 2^53-1, never a float. */
export const Money = new GraphQLScalarType<number, number>({
  name: 'Money',
  serialize: toMoney,
  parseValue: toMoney,
  parseLiteral: (node: ValueNode) => toMoney(node.kind === Kind.INT ? Number(node.value) : undefined),
});

/** ISO 8601 in UTC with milliseconds. */
export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    throw new Error('DateTime is made from a Date');
  },
  parseValue: (value) => {
    const date = typeof value === 'string' ? new Date(value) : new Date(Number.NaN);
    if (Number.isNaN(date.getTime())) throw badInput('DateTime is an ISO 8601 string');
    return date;
  },
});
