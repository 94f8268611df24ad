import { GraphQLError, GraphQLScalarType, Kind, print, type ValueNode } from 'graphql';

function badInput(message: string, node?: ValueNode): GraphQLError {
  return new GraphQLError(message, { nodes: node, extensions: { code: 'BAD_USER_INPUT' } });
}

/** `node` is the literal in the document, if the value was written there: errors then say where. */
function toMoney(value: unknown, node?: ValueNode): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  const given = node ? print(node) : typeof value === 'string' ? `"${value}"` : String(value);
  throw badInput(
    `Money is an integer of minor units from 0 to ${Number.MAX_SAFE_INTEGER}, not ${given}`,
    node,
  );
}

/** Integer minor units, 0 … 2^53-1, never a float. */
export const Money = new GraphQLScalarType<number, number>({
  name: 'Money',
  serialize: (value) => toMoney(value),
  parseValue: (value) => toMoney(value),
  parseLiteral: (node: ValueNode) => toMoney(node.kind === Kind.INT ? Number(node.value) : undefined, node),
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
