import { execute, parse, type GraphQLSchema } from 'graphql';
import type { Operation } from './generate-operation.ts';

/** A response's data once more, its keys in the order in which graphql-js answers the operation. */
export function inResponseOrder(schema: GraphQLSchema, operation: Operation, data: unknown): unknown {
  const { query, variables, operationName } = operation;
  const result = execute({
    schema,
    document: parse(query),
    rootValue: data,
    variableValues: variables,
    operationName: operationName ?? null,
    fieldResolver: (source: Record<string, unknown>, _args, _context, { path }) => source[path.key],
    typeResolver: ({ __typename }: { __typename?: string }) => __typename,
  });
  if (result instanceof Promise) throw new Error('not at once');
  return result.data;
}
