import { describe, expect, test } from '@jest/globals';
import { clientError, createErrorFormatter, UnavailableError } from '@ordermesh/chassis/errors';
import { buildSchema, GraphQLError, parse, validate } from 'graphql';
import pino from 'pino';

function formatted(error: GraphQLError) {
  const lines: string[] = [];
  const log = pino(
    { serializers: { error: pino.stdSerializers.err } },
    { write: (line: string) => void lines.push(line) },
  );
  const format = createErrorFormatter(log, (cause) => cause instanceof UnavailableError);
  return { answer: format(error.toJSON(), error), logged: lines.join('') };
}
const wrapped = (originalError: Error) =>
  new GraphQLError(originalError.message, { originalError, path: ['me'] });

describe('an error that leaves the process', () => {
  test('keeps its code and message when it is meant for the client', () => {
    const { answer, logged } = formatted(clientError('EMAIL_TAKEN', 'that email has an account'));
    expect(answer).toMatchObject({
      message: 'that email has an account',
      extensions: { code: 'EMAIL_TAKEN' },
    });
    expect(logged).toBe('');
  });

  test('is SERVICE_UNAVAILABLE when a dependency is down', () => {
    const { answer } = formatted(wrapped(new UnavailableError('connect ECONNREFUSED 127.0.0.1:3307')));
    expect(answer.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE' });
    expect(answer.message).not.toContain('3307');
  });

  test('shows nothing of what was unforeseen, which the log has', () => {
    const { answer, logged } = formatted(wrapped(new Error("You have an error near 'SELECT secret'")));
    expect(JSON.stringify(answer)).not.toMatch(/SELECT|stack/);
    expect(answer).toMatchObject({ path: ['me'], extensions: { code: 'INTERNAL_SERVER_ERROR' } });
    expect(logged).toContain('SELECT secret');
  });

  test('never carries a stack trace or other extensions', () => {
    const error = new GraphQLError('no', {
      extensions: { code: 'FORBIDDEN', stacktrace: ['at x'], serviceName: 'users' },
    });
    expect(formatted(error).answer.extensions).toEqual({ code: 'FORBIDDEN' });
  });
});

describe('a mistake that validation finds', () => {
  const schema = buildSchema(`
    enum Color { RED }
    input Wish { qty: Int!, color: Color }
    type Query { wish(input: Wish!): Int }
  `);
  function codeOf(query: string): unknown {
    const [mistake] = validate(schema, parse(query));
    if (!mistake) throw new Error(`${query} is valid`);
    const extensions = { code: 'GRAPHQL_VALIDATION_FAILED' };
    return formatted(new GraphQLError(mistake.message, { nodes: mistake.nodes, extensions })).answer
      .extensions?.['code'];
  }

  test.each([
    '{ wish(input: { qty: 1.5 }) }',
    '{ wish(input: { qty: "1" }) }',
    '{ wish(input: { qty: 3000000000 }) }',
    '{ wish(input: { qty: null }) }',
    '{ wish(input: { color: RED }) }',
    '{ wish(input: { qty: 1, color: BLUE }) }',
    '{ wish(input: { qty: 1, size: 1 }) }',
    '{ wish(input: 1) }',
  ])('in a value is BAD_USER_INPUT, as it is in a variable: %s', (query) => {
    expect(codeOf(query)).toBe('BAD_USER_INPUT');
  });

  test.each(['{ nope }', '{ wish }', 'query ($a: Float!) { wish(input: { qty: $a }) }'])(
    'in the operation itself stays a validation error: %s',
    (query) => {
      expect(codeOf(query)).toBe('GRAPHQL_VALIDATION_FAILED');
    },
  );
});
