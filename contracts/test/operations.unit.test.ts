import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Kind, parse, print, visit } from 'graphql';
import { readOperations } from '../src/operations.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The operations that the tour asks, as the shell hands them over. */
function tourOperations(): string[] {
  const lines = readme.split('\n').filter((line) => !line.startsWith('#'));
  const asked = lines.join('\n').matchAll(/\bask (?:'([^']*)'|"((?:[^"\\]|\\.)*)")/g);
  return [...asked].map(([, plain, escaped = '']) => plain ?? escaped.replaceAll(/\\(.)/g, '$1'));
}

/** What an operation asks for, whatever it is called and whatever the values that it is asked with. */
function shapeOf(operation: string): string {
  const shape = visit(parse(operation), {
    OperationDefinition: (node) => ({ ...node, name: undefined, variableDefinitions: [] }),
    Argument: (node) => ({ ...node, value: { kind: Kind.NULL } }),
  });
  return print(shape);
}

test('every operation of the tour is one that clients are known to send', () => {
  const tour = tourOperations().map(shapeOf);
  const known = readOperations().map(({ text }) => shapeOf(text));
  expect(tour.length).toBeGreaterThan(6);
  expect(known).toEqual(expect.arrayContaining(tour));
});

test('an operation is named as its file, so that logs and reports say which it was', () => {
  for (const { name, text } of readOperations()) {
    const [operation] = parse(text).definitions;
    const camelCase = name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
    expect(operation).toMatchObject({ kind: Kind.OPERATION_DEFINITION, name: { value: camelCase } });
  }
});
