import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { definitionsFolder, readDefinition, readDefinitions } from '../src/definitions.ts';

const folderWith = (files: Record<string, unknown>) => {
  const folder = mkdtempSync(join(tmpdir(), 'definitions-'));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  return folder;
};
const reading =
  (content: unknown, name = 'a.json') =>
  () =>
    readDefinitions(folderWith({ [name]: content }));

describe('our own definitions', () => {
  const examples = new URL('../examples', import.meta.url).pathname;
  const all = [
    ...readDefinitions(),
    ...readdirSync(examples).map((file) => readDefinition(join(examples, file))),
  ];

  test('are all valid, examples too', () => {
    expect(all.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['catalogs-products-source', 'orders-sink', 'orders-products-sink']),
    );
    expect(definitionsFolder).toMatch(/connectors\/definitions$/);
  });

  test('hold no password, only references', () => {
    const secrets = all.flatMap(({ config }) =>
      Object.entries(config).filter(([key]) => key.includes('password')),
    );
    expect(secrets.length).toBeGreaterThanOrEqual(all.length);
    for (const [, value] of secrets) expect(value).toMatch(/^\$\{env:[A-Z_]+_PASSWORD\}$/);
  });

  test('of sources are of the class that passes over no event', () => {
    const classes = all.flatMap(({ config }) =>
      'database.server.id' in config ? [config['connector.class']] : [],
    );
    expect(classes).toEqual(classes.map(() => 'dev.ordermesh.connect.MariaDbSource'));
    expect(classes.length).toBeGreaterThanOrEqual(4);
  });

  test('of sources each have a database.server.id of their own', () => {
    const ids = all.map(({ config }) => config['database.server.id']).filter((id) => id !== undefined);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a mistaken definition is refused with its file and field', () => {
  test.each([
    ['no JSON', '{', /a\.json: .*JSON/],
    ['no name', { config: { 'connector.class': 'X' } }, /a\.json: name: /],
    ['a name for a path', { name: '../a', config: { 'connector.class': 'X' } }, /name: has to be of letters/],
    ['no config', { name: 'a' }, /config: /],
    ['no class', { name: 'a', config: {} }, /config\.connector\.class: is missing/],
    [
      'a nested setting',
      { name: 'a', config: { 'connector.class': 'X', topics: ['a'] } },
      /config\.topics: /,
    ],
    [
      'our marker',
      { name: 'a', config: { 'connector.class': 'X', 'managed.by': 'me' } },
      /managed\.by: is set by/,
    ],
    ['an unknown part', { name: 'a', config: { 'connector.class': 'X' }, tasks: [] }, /tasks/],
    ['another name in it', { name: 'a', config: { 'connector.class': 'X', name: 'b' } }, /config\.name: b/],
    ['a name other than the file', { name: 'b', config: { 'connector.class': 'X' } }, /name: b has to be a/],
  ])('%s', (_what, content, message) => {
    expect(reading(content)).toThrow(message);
  });

  test('numbers and booleans are taken for what they are in Connect: text', () => {
    expect(reading({ name: 'a', config: { 'connector.class': 'X', 'tasks.max': 1, on: true } })()).toEqual([
      { name: 'a', config: { 'connector.class': 'X', 'tasks.max': '1', on: 'true' } },
    ]);
  });

  test('an empty or missing folder would delete everything: refused', () => {
    expect(() => readDefinitions(folderWith({}))).toThrow(/no definitions/);
    expect(() => readDefinitions('/nowhere')).toThrow(/cannot be read/);
  });
});
