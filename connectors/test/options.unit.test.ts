import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { connectUrl } from '../src/address.ts';
import { parseOptions } from '../src/options.ts';
import { databaseOf, table } from '../src/view.ts';

describe('the command line', () => {
  test('takes its options before and after the command', () => {
    expect(parseOptions(['--data', 'x', 'create', 'f.json', '--json', '--timeout=5'])).toEqual({
      command: 'create',
      subject: 'f.json',
      data: 'x',
      json: true,
      timeout: 5000,
    });
    expect(parseOptions(['list'])).toEqual({ command: 'list', json: false, timeout: 30_000 });
    expect(parseOptions(['apply', '--help'])).toBe('help');
  });

  test.each([
    [[], /which command/],
    [['frob'], /unknown command frob/],
    [['toString'], /unknown command toString/],
    [['delete'], /delete needs a NAME/],
    [['create'], /create needs a FILE/],
    [['list', 'x'], /too many words/],
    [['pause', 'a', 'b'], /too many words/],
    [['list', '--frob'], /unknown option --frob/],
    [['list', '--timeout', 'soon'], /--timeout needs a number/],
    [['list', '--timeout', '0'], /--timeout needs a number/],
    [['list', '--data'], /--data needs a folder/],
  ])('%j is wrong usage, exit code 2', (args, message) => {
    expect(() => parseOptions(args)).toThrow(message);
    expect(() => parseOptions(args)).toThrow(expect.objectContaining({ exitCode: 2 }));
  });
});

describe('where Connect is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stack-'));
  writeFileSync(join(folder, 'stack.json'), JSON.stringify({ connectUrl: 'http://127.0.0.1:8083' }));

  test('is what the stack on the folder says, relative to where npm was called', () => {
    expect(connectUrl(folder, { CONNECT_URL: 'http://other' })).toBe('http://127.0.0.1:8083');
    expect(connectUrl('.', { INIT_CWD: folder })).toBe('http://127.0.0.1:8083');
  });

  test('is CONNECT_URL without a folder', () => {
    expect(connectUrl(undefined, { CONNECT_URL: 'http://connect:8083' })).toBe('http://connect:8083');
  });

  test('is unknown without a stack, which one line says', () => {
    expect(() => connectUrl('nowhere', { INIT_CWD: folder })).toThrow(
      /no stack runs on .*nowhere: start one with npm start/,
    );
  });
});

describe('the table', () => {
  test('aligns its columns and leaves out the empty ones', () => {
    expect(
      table(
        ['A', 'B', 'CAUSE'],
        [
          ['long name', '1', ''],
          ['x', '', ''],
        ],
      ),
    ).toBe(['A          B', 'long name  1', 'x'].join('\n'));
  });

  test('knows the database of a JDBC address', () => {
    expect(databaseOf('jdbc:mariadb://${env:MARIADB_HOST}:${env:MARIADB_PORT}/orders?a=b')).toBe('orders');
    expect(databaseOf('jdbc:mariadb:sequential://a:3306,b:3306/orders?a=b')).toBe('orders');
    expect(databaseOf(undefined)).toBeUndefined();
  });
});
