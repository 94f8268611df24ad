import { describe, expect, test } from '@jest/globals';
import { splitDataOption } from '../src/data-option.ts';
import { Failure } from '../src/failure.ts';
import { parseStartOptions } from '../src/options.ts';
import { root } from '../src/paths.ts';

const parse = (...args: string[]) => parseStartOptions(args, { INIT_CWD: '/home/someone' });

describe('the options of npm start', () => {
  test('have defaults: one orders instance, the usual ports, the data in .stack of the checkout', () => {
    expect(parse()).toEqual({ data: `${root}/.stack`, orders: 1, offset: 0, fresh: false, infra: false });
  });

  test('take a relative folder from where the user stands, not from where npm changed to', () => {
    expect(parse('--data', 'mine')).toMatchObject({ data: '/home/someone/mine' });
    expect(parse('--data', '/var/x')).toMatchObject({ data: '/var/x' });
  });

  test.each([
    [['--orders', '0'], '--orders must be a whole number from 1 to 100, not "0" (see --help)'],
    [['--orders', '2.5'], '--orders must be a whole number from 1 to 100, not "2.5" (see --help)'],
    [['--orders', 'many'], '--orders must be a whole number from 1 to 100, not "many" (see --help)'],
    [
      ['--offset', '2000'],
      '--offset 2000 gives gateway the port 6000, which browsers refuse: choose another (see --help)',
    ],
    [['--offset', '60000'], '--offset must be a whole number from 0 to 23674, not "60000" (see --help)'],
    [['--data', ''], '--data needs a folder (see --help)'],
    [['--frsh'], "Unknown option '--frsh' (see --help)"],
    [['fresh'], "Unexpected argument 'fresh'. This command does not take positional arguments (see --help)"],
  ])('refuse %j in one line with exit code 2', (args, message) => {
    const attempt = () => parse(...args);
    expect(attempt).toThrow(new Failure(message));
    expect(attempt).toThrow(expect.objectContaining({ exitCode: 2 }));
  });

  test('--help wins', () => {
    expect(parse('--help')).toBe('help');
  });
});

describe('--data of the other commands', () => {
  const env = { INIT_CWD: '/home/someone' };

  test('is taken off the front; what follows is the command’s own', () => {
    expect(splitDataOption(['--data', 'x', 'topics', '--list'], env)).toEqual({
      data: '/home/someone/x',
      rest: ['topics', '--list'],
    });
    expect(splitDataOption(['--data=/x', 'topics'], env)).toEqual({ data: '/x', rest: ['topics'] });
  });

  test('behind the first other word belongs to the command', () => {
    expect(splitDataOption(['topics', '--data', 'x'], env).rest).toEqual(['topics', '--data', 'x']);
  });
});
