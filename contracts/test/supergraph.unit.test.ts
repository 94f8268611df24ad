import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import {
  CompositionError,
  composeSupergraph,
  readSubgraphSchemas,
  supergraphFile,
  type SubgraphSchema,
} from '../src/supergraph.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n';

function linesOf(schemas: SubgraphSchema[]): string[] {
  try {
    composeSupergraph(schemas);
  } catch (error) {
    if (error instanceof CompositionError) return error.lines;
    throw error;
  }
  return [];
}

describe('the committed supergraph', () => {
  test('is what the services’ schema files compose to (else: npm run supergraph)', () => {
    expect(readFileSync(supergraphFile, 'utf8')).toBe(composeSupergraph(readSubgraphSchemas()));
  });

  test('holds no address that could be mistaken for a real one', () => {
    const urls = readFileSync(supergraphFile, 'utf8').match(/url: "http:[^"]*"/g);
    expect(urls).toEqual([
      'url: "http://catalogs.invalid/graphql"',
      'url: "http://orders.invalid/graphql"',
      'url: "http://users.invalid/graphql"',
    ]);
  });
});

describe('composing', () => {
  test('names the subgraph, code and line of a mistake inside one subgraph', () => {
    const lines = linesOf([
      { name: 'users', sdl: `${link}type Query { me: User }\ntype User @key(fields: "nope") { id: ID! }` },
    ]);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^users: KEY_INVALID_FIELDS: .*nope.*line 3/s);
  });

  test('names both subgraphs of a disagreement', () => {
    const lines = linesOf([
      {
        name: 'users',
        sdl: `${link}type Query { me: User }\ntype User @key(fields: "id") { id: ID! name: Int }`,
      },
      {
        name: 'orders',
        sdl: `${link}type Query { a: User }\ntype User @key(fields: "id") { id: ID! name: String }`,
      },
    ]);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.join('\n')).toMatch(/users.*orders|orders.*users/s);
    expect(lines.join('\n')).toMatch(/: [A-Z_]+: /);
  });

  test('shows every mistake, not only the first', () => {
    const lines = linesOf([
      { name: 'users', sdl: 'type Query {' },
      { name: 'orders', sdl: 'type {' },
    ]);
    expect(lines).toEqual([
      expect.stringMatching(/^users: INVALID_GRAPHQL: Syntax Error.*line 1, column \d+/),
      expect.stringMatching(/^orders: INVALID_GRAPHQL: Syntax Error/),
    ]);
  });

  test('shows what is wrong inside the others next to a file that cannot be read', () => {
    const lines = linesOf([
      { name: 'users', sdl: `${link}type Query { me: Nobody, you: Nothing }` },
      { name: 'orders', sdl: 'type {' },
      { name: 'catalogs', sdl: `${link}type Query { p: P }\ntype P @key(fields: "nope") { id: ID! }` },
    ]);
    expect(lines).toEqual([
      expect.stringMatching(/^users: INVALID_GRAPHQL: Unknown type "Nobody"\. \(line 2, column \d+\)$/),
      expect.stringMatching(/^users: INVALID_GRAPHQL: Unknown type "Nothing"\./),
      expect.stringMatching(/^orders: INVALID_GRAPHQL: Syntax Error/),
      expect.stringMatching(/^catalogs: KEY_INVALID_FIELDS: .*nope.*\(catalogs line 3\)$/),
    ]);
  });

  test('names the subgraphs also where composition says them in its message only', () => {
    const shared = `${link}type Query { a: User }\ntype User { id: ID! }`;
    const [sharing] = linesOf(['users', 'orders'].map((name) => ({ name, sdl: shared })));
    expect(sharing).toMatch(/^orders, users: INVALID_FIELD_SHARING: .*\(orders line 2, users line 2\)$/);

    const key = (name: string) => `type User @key(fields: "${name}") { ${name}: ID! }`;
    const [unsatisfiable] = linesOf([
      { name: 'users', sdl: `${link}type Query { me: User }\n${key('id')}` },
      { name: 'orders', sdl: `${link}${key('number')}` },
    ]);
    expect(unsatisfiable).toMatch(/^orders, users: SATISFIABILITY_ERROR: /);
  });

  test('names a service whose schema file is missing', () => {
    expect(() => readSubgraphSchemas(['users', 'nobody'])).toThrow(
      'nobody: NO_SCHEMA: nobody/schema.graphql cannot be read',
    );
  });
});
