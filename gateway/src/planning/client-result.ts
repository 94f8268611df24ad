import { GraphQLError, type DocumentNode } from 'graphql';
import { isRecord } from '../compiled-plan/merge.ts';
import { clientName, placeholder, plannedName } from './names.ts';
import { shapeOf, type Shape } from './shape.ts';

type Result = {
  data?: Record<string, unknown> | null;
  errors?: readonly GraphQLError[];
  extensions?: Record<string, unknown>;
};

/** The result of a document that was planned with other response names than the client's, with the client's. */
export function toClientResult(result: Result, planned: DocumentNode): Result {
  const { data, errors, extensions } = result;
  return {
    ...result,
    ...(data && { data: toClientObject(data, shapeOf(planned.definitions)) }),
    ...(errors && { errors: errors.map((each) => (isGraphQLError(each) ? toClientError(each) : each)) }),
    ...(extensions && { extensions: toClientExtensions(extensions) }),
  };
}

function toClientObject(object: Record<string, unknown>, shape: Shape): Record<string, unknown> {
  // Without a prototype, so that a client may call a field whatever it likes.
  const own: Record<string, unknown> = Object.create(null);
  for (const [key, value] of Object.entries(object))
    if (key !== placeholder) own[clientName(key)] = toClientValue(value, shape.get(key));
  return own;
}

function toClientValue(value: unknown, shape: Shape | undefined): unknown {
  if (!shape) return value;
  if (Array.isArray(value)) return value.map((item) => toClientValue(item, shape));
  return isRecord(value) ? toClientObject(value, shape) : value;
}

const toClientPath = (path: readonly (string | number)[] | undefined) =>
  path?.map((part) => (typeof part === 'string' ? clientName(part) : part));

function toClientError(error: GraphQLError, message = error.message): GraphQLError {
  const { nodes, source, positions, originalError, extensions } = error;
  const path = toClientPath(error.path);
  return new GraphQLError(message, { nodes, source, positions, originalError, extensions, path });
}

/** Apollo Gateway tells in them of nulls where none may be, by path and response name. */
function toClientExtensions(extensions: Record<string, unknown>): Record<string, unknown> {
  const { valueCompletion } = extensions;
  if (!Array.isArray(valueCompletion)) return extensions;
  return {
    ...extensions,
    valueCompletion: valueCompletion.map((each: unknown) =>
      isGraphQLError(each) ? toClientError(each, each.message.replaceAll(plannedName(''), '')) : each,
    ),
  };
}

/** Apollo Gateway passes on whatever a data source threw. */
const isGraphQLError = (error: unknown): error is GraphQLError => error instanceof GraphQLError;
