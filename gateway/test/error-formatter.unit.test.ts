import { describe, expect, test } from '@jest/globals';
import { UnavailableError } from '@ordermesh/chassis/errors';
import { GraphQLError } from 'graphql';
import pino from 'pino';
import { createGatewayErrorFormatter } from '../src/error-formatter.ts';
import { UnexpectedAnswerError } from '../src/subgraph-answer.ts';

function formatted(error: Error) {
  const lines: string[] = [];
  const log = pino(
    { serializers: { error: pino.stdSerializers.err } },
    { write: (line: string) => lines.push(line) },
  );
  const graphqlError =
    error instanceof GraphQLError ? error : new GraphQLError(error.message, { originalError: error });
  return { answer: createGatewayErrorFormatter(log)(graphqlError.toJSON(), error), logged: lines.join('') };
}
const fromSubgraph = (code: string) =>
  new GraphQLError('a message', {
    path: ['me', 'wallet'],
    extensions: { code, serviceName: 'users', stacktrace: ['at users/src/secret.ts'] },
  });

describe('an error of a subgraph', () => {
  test('reaches the client with code, message and path, and nothing else', () => {
    expect(formatted(fromSubgraph('FORBIDDEN')).answer).toEqual({
      message: 'a message',
      locations: undefined,
      path: ['me', 'wallet'],
      extensions: { code: 'FORBIDDEN' },
    });
  });

  test.each([
    'GRAPHQL_VALIDATION_FAILED',
    'BAD_REQUEST',
    'DOWNSTREAM_SERVICE_ERROR',
    'INTERNAL_SERVER_ERROR',
  ])('of the code %s is internal: the client did not write that request', (code) => {
    const { answer, logged } = formatted(fromSubgraph(code));
    expect(answer).toMatchObject({ message: 'internal server error', path: ['me', 'wallet'] });
    expect(answer.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' });
    expect(logged).toContain('a message');
  });
});

describe('an error of the gateway', () => {
  test('about a subgraph that is away names no address', () => {
    const cause = new Error('connect ECONNREFUSED 127.0.0.1:4003');
    const { answer, logged } = formatted(new UnavailableError('no instance of orders answered', { cause }));
    expect(answer.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE' });
    expect(JSON.stringify(answer)).not.toMatch(/4003|orders/);
    expect(logged).toContain('4003');
  });

  test('about an answer that makes no sense is internal, with all of it in the log', () => {
    const { answer, logged } = formatted(new UnexpectedAnswerError('users answered 200: <html>'));
    expect(answer.extensions).toEqual({ code: 'INTERNAL_SERVER_ERROR' });
    expect(JSON.stringify(answer)).not.toContain('html');
    expect(logged).toContain('<html>');
  });

  test('about the client’s document keeps its code', () => {
    const error = new GraphQLError('no such field', { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
    expect(formatted(error).answer.extensions).toEqual({ code: 'GRAPHQL_VALIDATION_FAILED' });
  });
});
