import { UnavailableError } from '@ordermesh/chassis/errors';
import type { GraphQLFormattedError } from 'graphql';
import type { UpstreamAnswer } from './upstream.ts';

export type SubgraphResult = {
  data?: Record<string, unknown> | null;
  errors?: GraphQLFormattedError[];
};

/** A subgraph answered with something that no subgraph should; the message is for the log. */
export class UnexpectedAnswerError extends Error {
  override name = 'UnexpectedAnswerError';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isError(value: unknown): value is GraphQLFormattedError {
  return isRecord(value) && typeof value['message'] === 'string';
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * The GraphQL result in a subgraph's HTTP answer, whatever its status: a refused operation is a 4xx with errors.
 * Throws UnavailableError if the subgraph says it cannot serve now, UnexpectedAnswerError if there is no result in it.
 */
export function readAnswer(subgraph: string, { status, body }: UpstreamAnswer): SubgraphResult {
  if (status === 502 || status === 503 || status === 504) {
    throw new UnavailableError(`${subgraph} answered ${status}`);
  }
  const result = parse(body);
  const unexpected = () => new UnexpectedAnswerError(`${subgraph} answered ${status}: ${body.slice(0, 200)}`);
  if (!isRecord(result)) throw unexpected();
  const { data, errors } = result;
  if (data !== undefined && data !== null && !isRecord(data)) throw unexpected();
  if (errors === undefined && data) return { data };
  if (!Array.isArray(errors) || !errors.every(isError)) throw unexpected();
  if (!data && errors.length === 0) throw unexpected();
  return { data, errors };
}
